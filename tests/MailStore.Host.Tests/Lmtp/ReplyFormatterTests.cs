using System.Buffers;
using System.Text;
using CsCheck;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class ReplyFormatterTests
{
    [Fact]
    public void A_reply_is_one_line() => Assert.Equal("250 2.1.5 OK\r\n", Format(new Reply(250, "2.1.5", "OK")));

    [Fact]
    public void Whatever_text_a_module_gives_it_stays_one_line_of_ASCII_that_is_not_too_long() =>
        Gen.String[0, 2000].Sample(text =>
        {
            var line = Format(new Reply(451, "4.3.0", text));
            Assert.StartsWith("451 4.3.0", line, StringComparison.Ordinal);
            Assert.EndsWith("\r\n", line, StringComparison.Ordinal);
            Assert.InRange(line.Length, 11, 512);
            Assert.DoesNotContain(line[..^2], c => c is < ' ' or > '~');
        });

    private static string Format(Reply reply)
    {
        var output = new ArrayBufferWriter<byte>();
        ReplyFormatter.Write(output, reply);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
