using System.IO.Pipelines;
using System.Text;
using CsCheck;
using MailStore.Host.Commands;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Commands;

/// <summary>A piped mail against a naive reference, which has all of it in one string.</summary>
public sealed class PipedMailSplitTests
{
    /// <summary>Bytes of which nearly every sequence is a trap.</summary>
    private static readonly Gen<string> Mails =
        Gen.Select(
            Gen.OneOfConst("", "From a@b Thu Jan  1\n", "From a@b Thu Jan  1\r\n", "From ", "From", ">From x\n", "from x\n"),
            Gen.OneOfConst("\n", "\r\n", "\r", ".", "..", "From x", "a", "\0", "\xff", "\r\r\n", "\n.\n", "\r\n.\r\n").Array[0, 12])
        .Select((start, rest) => start + string.Concat(rest));

    /// <summary>Lines about as long as the pieces that a line is handed out in.</summary>
    private static readonly Gen<string> LongMails =
        Gen.Select(Gen.OneOf(Gen.Int[65_533, 65_539], Gen.Int[131_069, 131_075], Gen.Int[0, 10]), Gen.OneOfConst("\n", "\r\n", "\r", "\n.", "\r\n.", "."))
        .Array[1, 3].Select(pieces => string.Concat(pieces.Select(piece => new string('x', piece.Item1) + piece.Item2)));

    [Fact]
    public void Every_split_in_two_gives_what_the_naive_way_gives() =>
        Mails.Sample(
            mail =>
            {
                for (var split = 0; split <= mail.Length; split++)
                    Check(mail, [split, mail.Length]);
            },
            iter: Long.Times(100));

    [Fact]
    public void Any_split_gives_what_the_naive_way_gives() =>
        Gen.Select(Mails, Gen.Int[1, 7].Array[1, 50]).Sample(Check, iter: Long.Times(1_000));

    [Fact]
    public void Very_long_lines_are_the_same_however_they_come() =>
        Gen.Select(Gen.OneOfConst("", "From x\n"), LongMails, Gen.OneOf(Gen.Int[1_000, 70_000], Gen.Int[65_534, 65_537]).Array[1, 5])
            .Sample((start, mail, sizes) => Check(start + mail, sizes), iter: Long.Times(30));

    private static void Check(string piped, int[] sizes)
    {
        var expected = Naively(piped);
        Assert.Equal(expected, CopyAsync(new Pieces(piped, sizes)).GetAwaiter().GetResult());
        // LMTP knows whole lines only: what lacks the last end of line gets it
        var sent = expected.Length == 0 || expected.EndsWith('\n') ? expected : expected + "\n";
        Assert.Equal(sent, SendAsync(new Pieces(piped, sizes)).GetAwaiter().GetResult());
    }

    private static string Naively(string piped)
    {
        if (piped.StartsWith("From ", StringComparison.Ordinal))
            piped = piped.Contains('\n', StringComparison.Ordinal) ? piped[(piped.IndexOf('\n', StringComparison.Ordinal) + 1)..] : "";
        return piped.Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    private static async Task<string> CopyAsync(Stream input)
    {
        using var buffer = new MailBuffer("/nonexistent", long.MaxValue);
        Assert.True(await PipedMailCopy.CopyAsync(input, buffer, 0, default));
        using var text = new StreamReader(buffer.OpenRead(), Encoding.Latin1);
        return await text.ReadToEndAsync();
    }

    /// <summary>By the wire, and the server's decoder.</summary>
    private static async Task<string> SendAsync(Stream input)
    {
        using var wire = new MemoryStream();
        var writer = PipeWriter.Create(wire, new StreamPipeWriterOptions(leaveOpen: true));
        await PipedMail.CopyStuffedAsync(input, writer, long.MaxValue, default);
        await writer.CompleteAsync();
        var decoder = default(DataDecoder);
        var content = new byte[wire.Length + 1];
        var read = decoder.Decode(wire.ToArray(), content, out var written);
        Assert.True(decoder.IsComplete);
        Assert.Equal(wire.Length, read);
        return Encoding.Latin1.GetString(content, 0, written);
    }

    /// <summary>Gives at most so many bytes at a read, in turn; a size of none is skipped.</summary>
    private sealed class Pieces(string text, int[] sizes) : Stream
    {
        private readonly MemoryStream _bytes = new(Encoding.Latin1.GetBytes(text));
        private readonly int[] _sizes = [.. sizes.Where(size => size > 0).DefaultIfEmpty(1)];
        private int _next;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, Math.Min(count, _sizes[_next++ % _sizes.Length]));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(_bytes.Read(buffer.Span[..Math.Min(buffer.Length, _sizes[_next++ % _sizes.Length])]));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
