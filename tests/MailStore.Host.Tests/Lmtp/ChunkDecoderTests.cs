using System.Buffers;
using System.Text;
using CsCheck;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class ChunkDecoderTests
{
    private static readonly Gen<string> Traps =
        Gen.OneOf(Gen.OneOfConst("\r\n", "\r\r\n", "\n\r", "\r\n.\r\n", "\n.\n", "..", "\0", "\xFF"), Gen.Byte.Select(b => ((char)b).ToString()))
            .Array[0, 24].Select(string.Concat);

    [Theory]
    [InlineData("", "")]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("\r\n.\r\nQUIT\r\n", "\n.\nQUIT\n")]
    [InlineData("..\r\n", "..\n")]
    [InlineData("a\nb\rc\r\r\n", "a\nb\rc\r\n")]
    [InlineData("no line end", "no line end")]
    [InlineData("a\r", "a\r")]
    [InlineData("\r\r", "\r\r")]
    public void Line_ends_become_LF_and_dots_mean_nothing(string chunk, string content) => Assert.Equal(content, Decode([chunk], isBinary: false));

    [Fact]
    public void Any_split_gives_what_one_piece_gives() =>
        Gen.Select(Traps, Gen.Int[1, 7].Array[1, 30]).Sample(
            (text, sizes) => Assert.Equal(text.Replace("\r\n", "\n", StringComparison.Ordinal), Decode(Split(text, sizes), isBinary: false)),
            iter: 20_000);

    [Fact]
    public void A_binary_mail_stays_as_it_is() =>
        Gen.Select(Traps, Gen.Int[1, 7].Array[1, 30]).Sample((text, sizes) => Assert.Equal(text, Decode(Split(text, sizes), isBinary: true)), iter: 5_000);

    private static string Decode(IEnumerable<string> pieces, bool isBinary)
    {
        var content = new ArrayBufferWriter<byte>();
        var decoder = new ChunkDecoder(isBinary);
        foreach (var piece in pieces)
            decoder.Decode(new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(piece)), content);
        decoder.Complete(content);
        return Encoding.Latin1.GetString(content.WrittenSpan);
    }

    private static List<string> Split(string text, int[] sizes)
    {
        var pieces = new List<string>();
        for (int at = 0, i = 0; at < text.Length; at += pieces[^1].Length, i++)
            pieces.Add(text.Substring(at, Math.Min(sizes[i % sizes.Length], text.Length - at)));
        return pieces;
    }
}
