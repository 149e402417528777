using System.Text;
using CsCheck;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class CommandParserTests
{
    [Theory]
    [InlineData("LHLO mx.example.org", "LHLO mx.example.org")]
    [InlineData("lhlo [127.0.0.1]", "LHLO [127.0.0.1]")]
    [InlineData("HELO x", "HELO ")]
    [InlineData("EHLO x", "HELO ")]
    [InlineData("mail from:<a@b>", "MAIL a@b")]
    [InlineData("MAIL FROM: <a@b>  ", "MAIL a@b")]
    [InlineData("MAIL FROM:<>", "MAIL ")]
    [InlineData("Rcpt To:<a@b>", "RCPT a@b")]
    [InlineData("NOOP anything at all", "NOOP ")]
    [InlineData("VRFY a", "VRFY ")]
    [InlineData("QUIT \t", "QUIT ")]
    public void A_command_is_understood_in_any_case(string line, string expected)
    {
        var command = Parse(line);
        Assert.Null(command.Refusal);
        Assert.Equal(expected, $"{command.Verb.ToString().ToUpperInvariant()} {command.Argument}");
    }

    [Theory]
    [InlineData("", "500 5.5.1")]
    [InlineData("DATAX", "500 5.5.1")]
    [InlineData("EELO x", "500 5.5.1")]
    [InlineData("STARTTLS", "500 5.5.1")]
    [InlineData("LHLO", "501 5.5.4")]
    [InlineData("LHLO two words", "501 5.5.4")]
    [InlineData("LHLO a\0b", "501 5.5.4")]
    [InlineData("DATA now", "501 5.5.4")]
    [InlineData("RSET x", "501 5.5.4")]
    [InlineData("QUIT x", "501 5.5.4")]
    [InlineData("VRFY", "501 5.5.4")]
    [InlineData("MAIL", "501 5.5.4")]
    [InlineData("MAIL TO:<a@b>", "501 5.5.4")]
    [InlineData("MAIL FROM:", "501 5.1.7")]
    [InlineData("MAIL FROM:<a@b", "501 5.1.7")]
    [InlineData("MAIL FROM:<a@b> SIZE=", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> SIZE=1x", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> SIZE=123456789012345678901", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> SIZE=1 SIZE=1", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> BODY=9BIT", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> SMTPUTF8=yes", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> BODY=BINARYMIME", "555 5.5.4")]
    [InlineData("MAIL FROM:<a@b> RET=HDRS", "555 5.5.4")]
    [InlineData("RCPT TO:<>", "501 5.1.3")]
    [InlineData("RCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4")]
    public void A_mistake_is_told(string line, string expected) =>
        Assert.StartsWith(expected, Encoding.ASCII.GetString(Parse(line).Refusal!), StringComparison.Ordinal);

    [Theory]
    [InlineData("", 0, false)]
    [InlineData(" SIZE=0", 0, false)]
    [InlineData(" size=42 body=8bitmime smtputf8", 42, true)]
    [InlineData("  SMTPUTF8   BODY=7BIT  SIZE=000007 ", 7, true)]
    [InlineData(" SIZE=99999999999999999999", long.MaxValue, false)]
    public void The_parameters_of_MAIL_are_understood(string parameters, long size, bool smtpUtf8)
    {
        var command = Parse("MAIL FROM:<a@b>" + parameters);
        Assert.Null(command.Refusal);
        Assert.Equal((size, smtpUtf8), (command.Size, command.SmtpUtf8));
    }

    [Fact]
    public void No_line_makes_it_throw_and_every_refusal_is_one_line() =>
        Gen.Select(Gen.OneOfConst("", "LHLO ", "MAIL FROM:", "MAIL FROM:<a@b> ", "RCPT TO:", "DATA", "VRFY "), Gen.OneOf(Gen.Byte, Gen.OneOfConst("<>@:= SIZEBODY"u8.ToArray())).Array[0, 40])
            .Sample(
                (start, rest) =>
                {
                    var refusal = CommandParser.Parse([.. Encoding.ASCII.GetBytes(start), .. rest]).Refusal;
                    Assert.True(refusal is null || (refusal.AsSpan().Count((byte)'\n') == 1 && refusal.AsSpan().EndsWith("\r\n"u8)));
                },
                iter: 50_000);

    private static LmtpCommand Parse(string line) => CommandParser.Parse(Encoding.UTF8.GetBytes(line));
}
