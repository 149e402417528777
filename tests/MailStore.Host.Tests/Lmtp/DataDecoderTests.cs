using System.Buffers;
using System.Text;
using CsCheck;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class DataDecoderTests
{
    /// <summary>Bytes of which nearly every sequence is a trap.</summary>
    private static readonly Gen<string> Traps =
        Gen.OneOf(Gen.OneOfConst("\r\n", "\r\n.", "\r\n..", "\n.\n", "\r.\r", "\r\n.\r", "\0", "x", "\xFF"), Gen.OneOfConst('\r', '\n', '.', 'a').Select(c => c.ToString()))
            .Array[0, 24].Select(string.Concat);

    /// <summary>What was tried to make one server see an end where the other sees none. Here, none of them is one.</summary>
    [Theory]
    [InlineData("\n.\n", "\n.\n")]
    [InlineData("\n.\r\n", "\n.\n")]
    [InlineData("\r\n.\n", "\n\n")]
    [InlineData("\r.\r", "\r.\r")]
    [InlineData("\r\n.\r", "\n\r")]
    [InlineData("\r.\r\n", "\r.\n")]
    [InlineData("\r\n.\r\r\n", "\n\r\n")]
    [InlineData("\r\n..\r\n", "\n.\n")]
    [InlineData("\r\n\0.\r\n", "\n\0.\n")]
    [InlineData("\r\n.\0\r\n", "\n\0\n")]
    [InlineData("\r\n. \r\n", "\n \n")]
    [InlineData("\r\n .\r\n", "\n .\n")]
    [InlineData("\r\0\n.\r\n", "\r\0\n.\n")]
    [InlineData("\n\n.\n\n", "\n\n.\n\n")]
    [InlineData("\r\r.\r\r", "\r\r.\r\r")]
    [InlineData("\xE2\x80\xA8.\xE2\x80\xA8", "\xE2\x80\xA8.\xE2\x80\xA8")]
    [InlineData("\x85.\x85", "\x85.\x85")]
    public void No_other_sequence_ends_the_data(string attempt, string content)
    {
        var wire = $"before{attempt}MAIL FROM:<evil@example.org>\r\n.\r\nQUIT\r\n";
        var (decoded, rest, _) = Decode([wire]);
        Assert.Equal($"before{content}MAIL FROM:<evil@example.org>\n", decoded);
        Assert.Equal("QUIT\r\n", rest);
    }

    [Theory]
    [InlineData(".\r\n", "")]
    [InlineData("\r\n.\r\n", "\n")]
    [InlineData("\r\r\n.\r\n", "\r\n")]
    [InlineData("a\r\n.\r\n", "a\n")]
    [InlineData("a\n\r\n.\r\n", "a\n\n")]
    [InlineData("..\r\n.\r\n", ".\n")]
    [InlineData("...\r\n.\r\n", "..\n")]
    [InlineData(".a\r\n.\r\n", "a\n")]
    [InlineData(".\r\r\n.\r\n", "\r\n")]
    public void A_line_of_a_dot_alone_ends_the_data(string wire, string content) =>
        Assert.Equal((content, ""), Decode([wire]) is var (decoded, rest, _) ? (decoded, rest) : default);

    [Fact]
    public void Every_split_in_two_gives_what_the_naive_way_gives() =>
        Traps.Sample(
            text =>
            {
                var wire = text + "\r\n.\r\nRSET\r\n";
                var expected = DecodeNaively(wire);
                for (var split = 0; split <= wire.Length; split++)
                    Assert.Equal(expected, Decode([wire[..split], wire[split..]]));
            },
            iter: 3000);

    [Fact]
    public void Any_split_gives_what_the_naive_way_gives() =>
        Gen.Select(Traps, Gen.Int[1, 7].Array[1, 50]).Sample(
            (text, sizes) =>
            {
                var wire = text + "\r\n.\r\nRSET\r\n";
                Assert.Equal(DecodeNaively(wire), Decode(Split(wire, sizes)));
            },
            iter: 20_000);

    [Fact]
    public void Bytes_one_by_one_give_what_the_naive_way_gives() =>
        Gen.Byte.Array[0, 2000].Sample(
            bytes =>
            {
                var wire = Encoding.Latin1.GetString(bytes) + "\r\n.\r\n";
                Assert.Equal(DecodeNaively(wire), Decode(wire.Select(c => c.ToString())));
            },
            iter: 200);

    [Fact]
    public void A_sequence_of_many_segments_is_read_up_to_the_end_of_the_data() =>
        Gen.Select(Traps, Gen.Int[1, 7].Array[1, 50]).Sample(
            (text, sizes) =>
            {
                var wire = text + "\r\n.\r\nRSET\r\n";
                var input = SegmentsOf(Split(wire, sizes));
                var content = new ArrayBufferWriter<byte>();
                var decoder = default(DataDecoder);
                var consumed = decoder.Decode(input, content);
                Assert.True(decoder.IsComplete);
                Assert.Equal(
                    DecodeNaively(wire),
                    (Encoding.Latin1.GetString(content.WrittenSpan), Encoding.Latin1.GetString(input.Slice(consumed).ToArray()), decoder.Size));
            },
            iter: 5000);

    [Fact]
    public void The_size_counts_line_ends_as_they_came_and_no_stuffing() =>
        Assert.Equal("ab\r\n.c\r\nd\ne\r\n".Length, Decode(["ab\r\n..c\r\nd\ne\r\n.\r\n"]).Size);

    private static (string Content, string After, long Size) Decode(IEnumerable<string> pieces)
    {
        var decoder = default(DataDecoder);
        var content = new StringBuilder();
        var rest = new StringBuilder();
        foreach (var piece in pieces.Select(Encoding.Latin1.GetBytes))
        {
            var output = new byte[piece.Length + 1];
            var read = decoder.Decode(piece, output, out var written);
            Assert.True(read == piece.Length || decoder.IsComplete);
            content.Append(Encoding.Latin1.GetString(output, 0, written));
            rest.Append(Encoding.Latin1.GetString(piece, read, piece.Length - read));
        }

        Assert.True(decoder.IsComplete);
        return (content.ToString(), rest.ToString(), decoder.Size);
    }

    /// <summary>RFC 5321, 4.5.2, word by word, with all of it in one string.</summary>
    private static (string Content, string After, long Size) DecodeNaively(string wire)
    {
        var end = wire.StartsWith(".\r\n", StringComparison.Ordinal) ? 0 : wire.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
        var lines = wire[..end].Split("\r\n").Select(line => line.StartsWith('.') ? line[1..] : line).ToArray();
        return (string.Join("\n", lines), wire[(end + 3)..], string.Join("\r\n", lines).Length);
    }

    private static List<string> Split(string wire, int[] sizes)
    {
        var pieces = new List<string>();
        for (int at = 0, i = 0; at < wire.Length; at += pieces[^1].Length, i++)
            pieces.Add(wire.Substring(at, Math.Min(sizes[i % sizes.Length], wire.Length - at)));
        return pieces;
    }

    private static ReadOnlySequence<byte> SegmentsOf(List<string> pieces)
    {
        var first = new Segment(Encoding.Latin1.GetBytes(pieces[0]), null);
        var last = first;
        foreach (var piece in pieces.Skip(1))
            last = new Segment(Encoding.Latin1.GetBytes(piece), last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
