using System.Text;
using CsCheck;
using MailStore.Host.Delivery;
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
    [InlineData("STARTTLS now", "501 5.5.4")]
    [InlineData("STARTTL", "500 5.5.1")]
    [InlineData("XFORWARDX A=b", "500 5.5.1")]
    [InlineData("BDAT", "501 5.5.4")]
    [InlineData("BDAT LAST", "501 5.5.4")]
    [InlineData("BDAT -1", "501 5.5.4")]
    [InlineData("BDAT 1 LAST LAST", "501 5.5.4")]
    [InlineData("BDAT 1 NEXT", "501 5.5.4")]
    [InlineData("BDAT 123456789012345678901", "501 5.5.4")]
    [InlineData("XFORWARD", "501 5.5.4")]
    [InlineData("XFORWARD COLOUR=red", "501 5.5.4")]
    [InlineData("XFORWARD ADDR=nowhere", "501 5.5.4")]
    [InlineData("XFORWARD ADDR=", "501 5.5.4")]
    [InlineData("XFORWARD PORT=70000", "501 5.5.4")]
    [InlineData("XFORWARD HELO=a+0Ab", "501 5.5.4")]
    [InlineData("XFORWARD HELO=a+4", "501 5.5.4")]
    [InlineData("XFORWARD SOURCE=NEAR", "501 5.5.4")]
    [InlineData("XCLIENT IDENT=4711", "501 5.5.4")]
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
    [InlineData("MAIL FROM:<a@b> COLOUR=red", "555 5.5.4")]
    [InlineData("MAIL FROM:<a@b> RET=SOME", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> ENVID=", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> ENVID=a=b", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> ENVID=a+0D+0AEvil:b", "501 5.5.4")]
    [InlineData("MAIL FROM:<a@b> ENVID=a ENVID=a", "501 5.5.4")]
    [InlineData("RCPT TO:<>", "501 5.1.3")]
    [InlineData("RCPT TO:<a@b> SIZE=1", "555 5.5.4")]
    [InlineData("RCPT TO:<a@b> NOTIFY=", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> NOTIFY=NEVER,DELAY", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> NOTIFY=NEVER NOTIFY=NEVER", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> ORCPT=alice@example.org", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> ORCPT=;alice@example.org", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> ORCPT=rfc822;", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> ORCPT=rfc822;a+0Ab", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> ORCPT=rfc822;a+7Fb", "501 5.5.4")]
    [InlineData("RCPT TO:<a@b> ORCPT=rfc822;a\u0085b", "501 5.5.4")]
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
        Assert.Equal((size, smtpUtf8), (command.Mail.Size, command.Mail.SmtpUtf8));
    }

    [Fact]
    public void The_parameters_of_DSN_are_decoded()
    {
        var mail = Parse("MAIL FROM:<a@b> ret=full ENVID=QQ+2B314+3D159 BODY=BINARYMIME").Mail;
        Assert.Equal(("QQ+314=159", true, true), (mail.EnvelopeId, mail.UsesDsn, mail.IsBinary));
        var rcpt = Parse("RCPT TO:<a@b> NOTIFY=SUCCESS,failure,DELAY ORCPT=rfc822;Bob+2BLists@example.com").Rcpt;
        Assert.Equal(("rfc822;Bob+Lists@example.com", true), (rcpt.OriginalRecipient, rcpt.UsesDsn));
        Assert.Equal("utf-8;jürgen@bücher.example", Parse("RCPT TO:<a@b> ORCPT=utf-8;jürgen@bücher.example").Rcpt.OriginalRecipient);
        Assert.False(Parse("MAIL FROM:<a@b> SIZE=1").Mail.UsesDsn);
        Assert.False(Parse("RCPT TO:<a@b>").Rcpt.UsesDsn);
    }

    [Theory]
    [InlineData("BDAT 0", 0, false)]
    [InlineData("bdat 1000 last", 1000, true)]
    [InlineData("BDAT 00086  LAST ", 86, true)]
    [InlineData("BDAT 99999999999999999999", long.MaxValue, false)]
    public void A_chunk_has_a_size_and_may_be_the_last(string line, long size, bool isLast)
    {
        var command = Parse(line);
        Assert.Null(command.Refusal);
        Assert.Equal((size, isLast), (command.ChunkSize, command.IsLastChunk));
    }

    [Fact]
    public void What_XFORWARD_says_adds_up()
    {
        var first = Parse("XFORWARD NAME=spike.porcupine.org ADDR=IPV6:2001:DB8:0:0::7 PROTO=ESMTP").Attributes!.Over(null);
        var both = Parse("xforward helo=a+20b ident=4XyZ PORT=1234 SOURCE=REMOTE NAME=[UNAVAILABLE]").Attributes!.Over(first);
        Assert.Equal(
            new ForwardedClient { Address = "2001:db8::7", Protocol = "ESMTP", Helo = "a b", QueueId = "4XyZ", Port = "1234", Source = "REMOTE" },
            both);
    }

    [Fact]
    public void No_line_makes_it_throw_and_every_refusal_is_one_line() =>
        Gen.Select(Gen.OneOfConst("", "LHLO ", "MAIL FROM:", "MAIL FROM:<a@b> ", "RCPT TO:", "RCPT TO:<a> ORCPT=rfc822;", "DATA", "BDAT ", "XFORWARD ADDR=", "XFORWARD HELO=", "VRFY "), Gen.OneOf(Gen.Byte, Gen.OneOfConst("<>@:=+0A LASTSIZEBODY"u8.ToArray())).Array[0, 40])
            .Sample(
                (start, rest) =>
                {
                    var refusal = CommandParser.Parse([.. Encoding.ASCII.GetBytes(start), .. rest]).Refusal;
                    Assert.True(refusal is null || (refusal.AsSpan().Count((byte)'\n') == 1 && refusal.AsSpan().EndsWith("\r\n"u8)));
                },
                iter: 50_000);

    private static LmtpCommand Parse(string line) => CommandParser.Parse(Encoding.UTF8.GetBytes(line));
}
