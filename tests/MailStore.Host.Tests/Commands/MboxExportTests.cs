using System.Text;
using CsCheck;
using MailStore.Host.Admin;
using MailStore.Host.Commands;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Commands;

public sealed class MboxExportTests : IDisposable
{
    private static readonly DateTimeOffset Arrival = new(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2));

    private readonly ConfigFolder _folder = new();
    private int _files;

    public void Dispose() => _folder.Dispose();

    /// <summary>Read back by the rules of mboxrd alone: a line that starts with 'From ' begins a mail, an empty one ends it, '>From ' loses one '>'.</summary>
    [Fact]
    public async Task Undone_it_gives_the_mails_to_the_byte()
    {
        var line = Gen.OneOf(
            Gen.OneOfConst("", "From ", "From me", ">From x", ">>From x", "> From", " From x", "From", "from x", ">", "Return-Path: <a@b>", "\r", "\r\nFrom x"),
            Gen.Byte.Array[0, 20].Select(Encoding.Latin1.GetString));
        var mail = Gen.Select(line.Array[0, 8], Gen.Bool).Select((lines, ended) => string.Join('\n', lines) + (ended ? "\n" : ""));
        await mail.Array[0, 5].SampleAsync(
            async mails =>
            {
                var exported = await ExportAsync(mails);
                Assert.Equal(mails.Select(text => text.Length == 0 || text.EndsWith('\n') ? text : text + "\n"), Undo(exported));
            },
            iter: Long.Times(500));
    }

    [Theory]
    [InlineData("Return-Path: <bob@example.com>\nSubject: x\n", "bob@example.com")]
    [InlineData("Return-Path: <bob@example.com>\r\nSubject: x\r\n", "bob@example.com")]
    [InlineData("Return-Path: <>\n", "MAILER-DAEMON")]
    [InlineData("Return-Path: <\"bob smith\"@example.com>\n", "MAILER-DAEMON")]
    [InlineData("Subject: x\n", "MAILER-DAEMON")]
    [InlineData("", "MAILER-DAEMON")]
    public async Task The_line_in_front_has_the_sender_and_the_arrival(string mail, string sender)
    {
        var exported = await ExportAsync([mail]);
        Assert.StartsWith($"From {sender} Fri Jan  2 03:04:05 2026\n", exported, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_overwrites_nothing_and_is_its_owners_alone()
    {
        var path = _folder.At("all.mbox");
        using (var export = new MboxExport(path))
        {
            Assert.False(File.Exists(path));
            export.Complete();
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using (var export = new MboxExport(path))
            Assert.Throws<IOException>(export.Complete);
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!, "*all.mbox*"));
    }

    [Theory]
    [InlineData("", "Subject: x\n\ntext\n", "Subject: x\n\ntext\n")]
    [InlineData("seen", "Subject: x\n\nStatus: y\n", "Subject: x\nStatus: RO\n\nStatus: y\n")]
    [InlineData("draft, flagged, passed, answered, seen, deleted", "Subject: x\r\n\r\ntext\r\n", "Subject: x\r\nStatus: RO\nX-Status: AFTD\n\r\ntext\r\n")]
    [InlineData("flagged", "Subject: x\n", "Subject: x\nX-Status: F\n")]
    [InlineData("flagged", "Subject: x", "Subject: x\nX-Status: F\n")]
    [InlineData("", "X-Keywords: a\n b\n\tc\nstatus : RO\nSTATUSES: b\n d\ncontent-length:5\nX-IMAPbase: 1 2\n\ntext\n", "STATUSES: b\n d\n\ntext\n")]
    [InlineData("", ">>>>>>>>>>>>>>>>>>>>>>>>>From x\n>>>>>>>>>>>>>>>>>>>>Status: x\n>>>>>>>>>>>>>>>>>>>>\nX-UID: 1\n", ">>>>>>>>>>>>>>>>>>>>>>>>>>From x\n>>>>>>>>>>>>>>>>>>>>Status: x\n>>>>>>>>>>>>>>>>>>>>\n")]
    public async Task Flags_become_the_headers_by_which_mbox_keeps_them_and_those_that_came_are_left_out(string flags, string mail, string expected)
    {
        var exported = await ExportAsync([mail], flags);
        Assert.Equal(expected + "\n", exported[(exported.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
    }

    [Fact]
    public async Task A_mail_that_breaks_off_leaves_nothing_and_the_next_may_follow()
    {
        var path = _folder.At("broken.mbox");
        using (var export = new MboxExport(path))
        {
            for (var i = 0; i < 3; i++)
            {
                var isBroken = i == 1;
                var added = export.AddAsync(new StoredMailView("id", 4, Arrival, "", null), async target =>
                {
                    await target.WriteAsync(new byte[200_000]);
                    if (isBroken)
                        throw new IOException("it breaks off");
                }, default);
                if (isBroken)
                    await Assert.ThrowsAsync<IOException>(() => added);
                else
                    await added;
            }

            export.Complete();
        }

        Assert.Equal([200_001, 200_001], Undo(await File.ReadAllTextAsync(path, Encoding.Latin1)).Select(mail => mail.Length));
    }

    private async Task<string> ExportAsync(string[] mails, string flags = "")
    {
        var path = _folder.At($"{Interlocked.Increment(ref _files)}.mbox");
        using (var export = new MboxExport(path))
        {
            // as it comes: in pieces of any size
            foreach (var mail in mails)
                await export.AddAsync(new StoredMailView("id", mail.Length, Arrival, flags, null), target => WriteAsync(target, Encoding.Latin1.GetBytes(mail)), default);
            export.Complete();
        }

        return await File.ReadAllTextAsync(path, Encoding.Latin1);
    }

    private static async Task WriteAsync(Stream target, ReadOnlyMemory<byte> mail)
    {
        for (var size = 1 + (mail.Length % 3); !mail.IsEmpty; size = 1 + (size * 7 % 31))
        {
            await target.WriteAsync(mail[..Math.Min(size, mail.Length)]);
            mail = mail[Math.Min(size, mail.Length)..];
        }
    }

    private static List<string> Undo(string mbox)
    {
        var mails = new List<string>();
        foreach (var line in mbox.Split('\n')[..^1])
        {
            if (line.StartsWith("From ", StringComparison.Ordinal))
                mails.Add("");
            else
                mails[^1] += (line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal) ? line[1..] : line) + "\n";
        }

        Assert.All(mails, mail => Assert.True(mail == "\n" || mail.EndsWith("\n\n", StringComparison.Ordinal)));
        return [.. mails.Select(mail => mail[..^1])];
    }
}
