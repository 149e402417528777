using System.Text;
using CsCheck;

namespace MailStore.Sdk.Tests;

public sealed class MailTests
{
    private static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Const((byte)'\n'), Gen.Const((byte)'\r'), Gen.Byte).Array[0, 300];

    [Fact]
    public void Header_and_content_are_read_as_one() =>
        Gen.Select(Bytes, Bytes, Gen.Int[1, 17]).Sample((header, content, step) =>
            Assert.Equal([.. header, .. content], Read(MailOf(header, content).OpenRead(), step)));

    [Fact]
    public void Every_line_feed_gets_a_carriage_return_on_demand() =>
        Gen.Select(Bytes, Bytes, Gen.Int[1, 17]).Sample((header, content, step) =>
        {
            var mail = MailOf(header, content);
            var expected = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString([.. header, .. content]).Replace("\n", "\r\n", StringComparison.Ordinal));
            var read = Read(mail.OpenRead(LineEnding.CrLf), step);
            Assert.Equal(expected, read);
            Assert.Equal(expected.Length, mail.SizeCrLf);
            Assert.Equal(header.Length + content.Length, mail.Size);
        });

    [Fact]
    public void The_content_of_a_binary_mail_stays_to_the_byte_whatever_line_ends_are_asked_for() =>
        Gen.Select(Bytes, Bytes, Gen.Int[1, 17]).Sample((header, content, step) =>
        {
            var mail = MailOf(header, new BinaryContent(content));
            Assert.True(mail.IsBinary);
            Assert.Equal([.. header, .. content], Read(mail.OpenRead(), step));
            Assert.Equal(header.Length + content.Length, mail.Size);
            var headerCrLf = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(header).Replace("\n", "\r\n", StringComparison.Ordinal));
            Assert.Equal([.. headerCrLf, .. content], Read(mail.OpenRead(LineEnding.CrLf), step));
            Assert.Equal(headerCrLf.Length + content.Length, mail.SizeCrLf);
        });

    [Fact]
    public async Task It_is_read_asynchronously_as_well()
    {
        var mail = MailOf("A: b\n\n"u8.ToArray(), "x\ny\n"u8.ToArray());
        using var copy = new MemoryStream();
        await using var stream = mail.OpenRead(LineEnding.CrLf);
        await stream.CopyToAsync(copy);
        Assert.Equal("A: b\r\n\r\nx\r\ny\r\n"u8.ToArray(), copy.ToArray());
    }

    private static Mail MailOf(byte[] header, byte[] content) => MailOf(header, MailContent.FromMemory(content));

    private static Mail MailOf(byte[] header, MailContent content) => new()
    {
        DeliveryId = "d",
        TransactionId = "t",
        Sender = "",
        OriginalRecipient = "a@b",
        User = "a@b",
        Arrival = DateTimeOffset.UnixEpoch,
        Header = header,
        Content = content,
    };

    private static byte[] Read(Stream stream, int step)
    {
        using (stream)
        {
            var all = new List<byte>();
            var buffer = new byte[step];
            while (stream.Read(buffer) is > 0 and var count)
                all.AddRange(buffer[..count]);
            return [.. all];
        }
    }

    private sealed class BinaryContent(byte[] content) : MailContent
    {
        public override long Length => content.Length;

        public override long LineFeeds => content.Count(b => b == (byte)'\n');

        public override bool IsBinary => true;

        public override Stream OpenRead() => new MemoryStream(content);
    }
}
