using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CsCheck;
using MailStore.Host.Commands;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Commands;

/// <summary>What an MTA pipes in, however it comes in pieces, is the mail that is stored.</summary>
public sealed class PipedMailTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a\n", "a\n")]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("no end", "no end")]
    [InlineData("a\r", "a\r")]
    [InlineData("a\rb\n", "a\rb\n")]
    [InlineData("a\r\r\n", "a\r\n")]
    [InlineData(".\n..\n.a\n", ".\n..\n.a\n")]
    [InlineData("From a@b Mon\nFrom b\nx\n", "From b\nx\n")]
    [InlineData("From: a\n", "From: a\n")]
    [InlineData("From ", "")]
    [InlineData("\0\xff\n", "\0\xff\n")]
    public async Task It_comes_through_as_it_is_but_for_line_ends_and_the_mbox_line(string piped, string mail)
    {
        Assert.Equal(mail, await CopiedAsync(piped, piece: 1));
        Assert.Equal(mail, await CopiedAsync(piped, piece: 1000));
        var whole = mail.Length == 0 || mail.EndsWith('\n') ? mail : mail + "\n";
        Assert.Equal(whole, await SentAsync(piped, piece: 1));
        Assert.Equal(whole, await SentAsync(piped, piece: 1000));
    }

    [Fact]
    public async Task A_line_without_end_is_kept_to_the_byte_and_a_mbox_line_without_end_is_dropped_whole()
    {
        var endless = new string('x', 300_000);
        Assert.Equal($"{endless}\n.\n", await SentAsync($"{endless}\r\n.\n", piece: 4096));
        Assert.Equal($"{endless}\n.\n", await CopiedAsync($"{endless}\r\n.\n", piece: 4096));
        Assert.Equal("mail\n", await SentAsync($"From {endless}\nmail\n", piece: 4096));
        Assert.Equal("mail\n", await CopiedAsync($"From {endless}\nmail\n", piece: 4096));
    }

    [Theory]
    [InlineData("a\n", 3)]
    [InlineData("a\r\n.\n", 6)]
    [InlineData("no end", 8)]
    [InlineData("From a@b Mon\n..\n", 4)]
    public async Task What_is_larger_than_the_server_takes_is_not_sent_to_its_end(string piped, int size)
    {
        Assert.Equal(PipedMailEnd.Sent, (await SendAsync(piped, size)).End);
        var (end, sent) = await SendAsync(piped, size - 1);
        Assert.Equal(PipedMailEnd.TooLarge, end);
        Assert.DoesNotContain("\n.\r\n", "\n" + sent, StringComparison.Ordinal);

        static async Task<(PipedMailEnd End, string Sent)> SendAsync(string piped, long limit)
        {
            using var wire = new MemoryStream();
            var writer = PipeWriter.Create(wire, new StreamPipeWriterOptions(leaveOpen: true));
            var end = await PipedMail.CopyStuffedAsync(new DribblingStream(piped, 1), writer, limit, CancellationToken.None);
            await writer.CompleteAsync();
            return (end, Encoding.Latin1.GetString(wire.ToArray()));
        }
    }

    [Fact]
    public void Whatever_is_piped_the_data_ends_at_its_end_and_nowhere_else()
    {
        var line = Gen.OneOf(
            Gen.OneOfConst("", ".", "..", ".\r", "\r", "\r.", "\r\n.\r\n", "a", "From x"),
            Gen.Int[65_530, 65_540].Select(length => new string('y', length)),
            Gen.Int[65_530, 65_540].Select(length => new string('y', length) + "\r"));
        Gen.Select(line.Array[1, 5], Gen.Bool, Gen.OneOfConst(1024, 65_535, 65_536, 200_000), Gen.Bool).Sample((lines, crLf, piece, hasEnd) =>
        {
            var piped = "Subject: x\n" + string.Join(crLf ? "\r\n" : "\n", lines) + (hasEnd ? "\n" : "");
            var copied = CopiedAsync(piped, piece).GetAwaiter().GetResult();
            Assert.Equal(piped.Replace("\r\n", "\n", StringComparison.Ordinal), copied);
            Assert.Equal(copied.EndsWith('\n') ? copied : copied + "\n", SentAsync(piped, piece).GetAwaiter().GetResult());
        }, iter: 60);
    }

    [Fact]
    public async Task A_mail_over_the_limit_is_not_read_to_its_end()
    {
        using var input = new MemoryStream(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("0123456789\n", 100_000))));
        using var target = new MailBuffer(Path.GetTempPath(), 1 << 20);
        Assert.False(await PipedMailCopy.CopyAsync(input, target, 1000, CancellationToken.None));
        Assert.InRange(input.Position, 1, 200_000);

        using var small = new MemoryStream("a\nb\n"u8.ToArray());
        using var fits = new MailBuffer(Path.GetTempPath(), 1 << 20);
        Assert.True(await PipedMailCopy.CopyAsync(small, fits, 6, CancellationToken.None));
    }

    private static async Task<string> CopiedAsync(string piped, int piece)
    {
        using var target = new MailBuffer(Path.GetTempPath(), 16 << 20);
        Assert.True(await PipedMailCopy.CopyAsync(new DribblingStream(piped, piece), target, 0, CancellationToken.None));
        using var reader = new StreamReader(target.OpenRead(), Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    /// <summary>What a server makes of it.</summary>
    private static async Task<string> SentAsync(string piped, int piece)
    {
        using var wire = new MemoryStream();
        await PipedMail.CopyStuffedAsync(new DribblingStream(piped, piece), PipeWriter.Create(wire, new StreamPipeWriterOptions(leaveOpen: true)), long.MaxValue, CancellationToken.None);
        var decoder = default(DataDecoder);
        var content = new ArrayBufferWriter<byte>();
        var sent = new ReadOnlySequence<byte>(wire.ToArray());
        var end = decoder.Decode(sent, content);
        Assert.True(decoder.IsComplete);
        Assert.True(sent.Slice(end).IsEmpty, "the server would take the rest of the mail for commands");
        return Encoding.Latin1.GetString(content.WrittenSpan);
    }

    /// <summary>Gives at most so many bytes a read.</summary>
    private sealed class DribblingStream(string content, int piece) : MemoryStream(Encoding.Latin1.GetBytes(content))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
