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
        await using (new MboxExport(path))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Throws<IOException>(() => new MboxExport(path));
    }

    private async Task<string> ExportAsync(string[] mails)
    {
        var path = _folder.At($"{Interlocked.Increment(ref _files)}.mbox");
        await using (var export = new MboxExport(path))
        {
            foreach (var mail in mails)
                await export.AddAsync(new StoredMailView("id", mail.Length, Arrival, "", null), target => target.WriteAsync(Encoding.Latin1.GetBytes(mail)).AsTask(), default);
        }

        return await File.ReadAllTextAsync(path, Encoding.Latin1);
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
