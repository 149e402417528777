using System.Buffers;
using System.Text;
using MailStore.Mbox.Format;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>What stands in the file, to the byte.</summary>
public sealed class FormatTests
{
    private static readonly DateTimeOffset Arrival = new(2026, 6, 3, 14, 5, 6, TimeSpan.FromHours(2));

    [Fact]
    public async Task A_mail_is_a_From_line_its_marker_the_mail_and_an_empty_line()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var id = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: a\n\nFrom here\n>From there\n>>From\nx", arrival: Arrival));
        var second = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: b\n", sender: "", arrival: Arrival));
        var text = await File.ReadAllTextAsync(world.AliceFile);
        Assert.Matches(
            $"""
            \AFrom bob@example\.net Wed Jun  3 12:05:06 2026
            X-MailStore: {id} \d+ \d+ [0-9a-f]{"{8}"} \.
            Delivered-To: alice@example\.org
            Subject: a

            >From here
            >>From there
            >>From
            x

            From MAILER-DAEMON Wed Jun  3 12:05:06 2026
            X-MailStore: {second} \d+ \d+ [0-9a-f]{"{8}"} \.
            Delivered-To: alice@example\.org
            Subject: b

            \z
            """.ReplaceLineEndings("\n"),
            text);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.AliceFile));
        Assert.Equal(["Subject: a\n\nFrom here\n>From there\n>>From\nx", "Subject: b\n"], await MboxWorld.ReadAllAsync(mailbox));
    }

    [Theory]
    [InlineData("a b@x", "a_b@x")]
    [InlineData("a\nFrom x@y Wed Jun  3 12:05:06 2026\n", "a_From_x@y_Wed_Jun__3_12:05:06_2026_")]
    [InlineData("\u00fc@x", "\u00fc@x")]
    [InlineData("a\u2028b@x", "a_b@x")]
    public void A_sender_from_outside_stays_one_word(string sender, string word) =>
        Assert.Equal($"From {word} Wed Jun  3 12:05:06 2026\n", Encoding.UTF8.GetString(FromLine.Format(sender, Arrival)));

    [Theory]
    [InlineData("From bob@example.net Wed Jun  3 12:05:06 2026", true)]
    [InlineData("From bob@example.net  Wed Jun 3 12:05:06 2026", true)]
    [InlineData("From \"a b\"@example.net Wed Jun  3 12:05 2026", true)]
    [InlineData("From - Wed Jun  3 12:05:06 MET 2026", true)]
    [InlineData("From bob Wed Jun  3 12:05:06 2026 +0200", true)]
    [InlineData("From bob Wed Jun  3 12:05:06 2026 remote from uunet", true)]
    [InlineData("From here on it is text", false)]
    [InlineData("From Wed Jun we were away", false)]
    [InlineData("From bob Wed Jun 31 12:05:06 2026", false)]
    [InlineData("From bob Wed Jun  3 25:05:06 2026", false)]
    [InlineData(">From bob@example.net Wed Jun  3 12:05:06 2026", false)]
    public void Only_a_From_line_with_a_date_begins_a_mail(string line, bool begins)
    {
        Assert.Equal(begins, FromLine.TryParse(Encoding.ASCII.GetBytes(line), out var date));
        if (begins)
            Assert.Equal(new DateTime(2026, 6, 3, 12, 5, 0, DateTimeKind.Unspecified), date.AddSeconds(-date.Second));
    }

    [Fact]
    public async Task Fields_of_mail_programs_get_another_name_in_the_header_alone_and_come_back()
    {
        const string mail =
            "Status: RO\nSubject: a\nX-Status:\n A\n\tF\nX-UID : 1\nx-imap: 1\nX-IMAPbase: 1\nContent-Length:\t5\nLines: 2\nX-Keywords: a\n b\nStatuses: stay\nX-MailStore-Status: D\n"
            + "X-MailStore-From: x\nTo: x\n Status: folded, stays\nStatus: last\n\nStatus: body\nX-MailStore-Status: R\n";
        const string stored =
            "X-MailStore-Status: RO\nSubject: a\nX-MailStore-X-Status:\n A\n\tF\nX-MailStore-X-UID : 1\nX-MailStore-x-imap: 1\nX-MailStore-X-IMAPbase: 1\nX-MailStore-Content-Length:\t5\n"
            + "X-MailStore-Lines: 2\nX-MailStore-X-Keywords: a\n b\nStatuses: stay\nX-MailStore-X-MailStore-Status: D\nX-MailStore-From: x\nTo: x\n Status: folded, stays\n"
            + "X-MailStore-Status: last\n\nStatus: body\nX-MailStore-Status: R\n";
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mail));
        Assert.Equal([mail], await MboxWorld.ReadAllAsync(mailbox));
        Assert.EndsWith(stored + "\n", await File.ReadAllTextAsync(world.AliceFile), StringComparison.Ordinal);
        var listed = Assert.Single(await MboxWorld.ListAsync(mailbox));
        Assert.Equal((mail.Length + "Delivered-To: alice@example.org\n".Length, MailFlags.None), (listed.Size, listed.Flags));
    }

    [Fact]
    public void A_mail_comes_out_the_same_in_whatever_pieces_it_goes_in()
    {
        var random = new Random(7);
        string[] parts = ["From ", "From", ">", ">>>", "Fro", "\n", "\n\n", "x", "Status: x", "Subject: y", " folded", "\r\n", "\0", "content-length: 1", "Lines: 3", "X-MailStore-", "X-Mail", new('z', 40), ":", "From a Wed Jun  3 12:05:06 2026\n"];
        for (var round = 0; round < 3000; round++)
        {
            var mail = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => parts[random.Next(parts.Length)])));
            var stored = Filter(mail, isQuoting: true, random);
            Assert.Equal(stored, Filter(mail, isQuoting: true, null));
            Assert.DoesNotContain("\nFrom ", "\n" + Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
            Assert.Equal(mail, Through(mail, random));
            Assert.Equal(mail, Filter(stored, isQuoting: false, random));
        }
    }

    private static byte[] Through(byte[] mail, Random random)
    {
        var read = new Bytes();
        Write(new MailText(isQuoting: true, null, read), mail, random);
        return read.ToArray();
    }

    private static byte[] Filter(byte[] mail, bool isQuoting, Random? random)
    {
        var bytes = new Bytes();
        Write(new MailText(isQuoting, bytes, null), mail, random);
        return bytes.ToArray();
    }

    private static void Write(MailText text, byte[] mail, Random? random)
    {
        for (var at = 0; at < mail.Length;)
        {
            var count = Math.Min(mail.Length - at, random?.Next(1, 9) ?? mail.Length);
            text.Write(mail.AsSpan(at, count));
            at += count;
        }

        text.Complete();
    }

    private sealed class Bytes : IByteSink
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
    }
}
