using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MailStore.EndToEnd.Tests.Importing;

/// <summary><c>mailstore mail import</c> of what other programs have written.</summary>
public sealed class MailImportTests
{
    private const string Alice = "alice@example.org";

    private static readonly string[] Mails =
    [
        "Subject: one\n\none\n", "Subject: two\n\nFrom here on\n>From there\n.\n", "Subject: three\nX-Umlaut: \u00fc\n\nwithout an end", "Subject: four\n\n\n\nfour\n\n", "Subject: five\n\nfive\n",
    ];

    [FactIf(FactIfAttribute.Root, "doveadm", "dovecot", "imap")]
    public async Task From_a_Maildir_and_by_IMAP_of_a_Dovecot_everything_comes_and_the_second_time_nothing()
    {
        await using var dovecot = new DovecotServer();
        await dovecot.ConfigureAsync();
        foreach (var mail in Mails[..3])
            await dovecot.SaveAsync("INBOX", Encoding.UTF8.GetBytes(mail));
        // twice the same is two
        await dovecot.SaveAsync("INBOX", Encoding.UTF8.GetBytes(Mails[0]));
        foreach (var (folder, mail) in (ValueTuple<string, string>[])[("Lists.\u00c4lter", Mails[3]), ("Trash", Mails[4])])
        {
            await dovecot.RunAsync("mailbox", "create", folder);
            await dovecot.SaveAsync(folder, Encoding.UTF8.GetBytes(mail));
        }

        await dovecot.RunAsync("flags", "add", "\\Seen \\Flagged", "mailbox", "INBOX", "2");
        await dovecot.RunAsync("flags", "add", "\\Answered $Forwarded Important", "mailbox", "Trash", "1");
        Assert.True(File.Exists(Path.Combine(dovecot.Maildir, "maildirsize")));
        (string? Folder, string Flags, string Text)[] expected =
        [
            (null, "", Mails[0]), (null, "flagged, seen", Mails[1]), (null, "", Mails[2]), (null, "", Mails[0]), ("Lists.\u00c4lter", "", Mails[3]), ("Trash", "answered", Mails[4]),
        ];

        using var place = new TestPlace();
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await ImportAsync(place, "6 mails added", "0 were there already", dovecot.Maildir);
        Assert.Equal(expected, (await ReadAsync(place)).Select(mail => (mail.Folder, mail.Flags, mail.Text)));
        var arrived = (await ReadAsync(place))[0].Arrival;
        Assert.InRange(arrived, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
        await ImportAsync(place, "0 mails added", "6 were there already", dovecot.Maildir);
        await dovecot.SaveAsync("INBOX", "Subject: six\n\nsix\n"u8.ToArray());

        await dovecot.ServeAsync();
        var address = string.Create(CultureInfo.InvariantCulture, $"imap://carol%40example.net@127.0.0.1:{dovecot.Port}");
        var password = Path.Combine(place.Directory, "password");
        await File.WriteAllTextAsync(password, DovecotServer.Password + "\n");
        await ImportAsync(place, "1 mails added", "6 were there already", address, "--password-file", password);
        Assert.Equal(7, (await ReadAsync(place)).Count);

        // by IMAP alone, into a user of another format, with a server
        place.Configure("\n[mda.litedb]\n", MailStoreProgram.ModulesDirectory);
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "remove", Alice, "--purge")).Succeeded();
        (await place.RunAsync("user", "add", Alice, "mda=litedb")).Succeeded();
        await ImportAsync(place, "7 mails added", "0 were there already", address, "--password-file", password);
        var byImap = (await ReadAsync(place)).Select(mail => (mail.Folder, Flags: mail.Flags.Replace(", passed", "", StringComparison.Ordinal).Replace("passed, ", "", StringComparison.Ordinal), mail.Text)).ToList();
        Assert.Equal(expected.Append((null, "", "Subject: six\n\nsix\n")).OrderBy(mail => mail.Item3, StringComparer.Ordinal), byImap.OrderBy(mail => mail.Text, StringComparer.Ordinal));
        await ImportAsync(place, "0 mails added", "7 were there already", address, "--password-file", password);

        await File.WriteAllTextAsync(password, "another_one");
        var refused = (await place.RunAsync("mail", "import", Alice, address, "--password-file", password)).FailedClearly(69);
        Assert.DoesNotContain("another_one", refused.Errors, StringComparison.Ordinal);
    }

    [FactIf("mutt", "script")]
    public async Task From_an_mbox_file_of_mutt_everything_comes_and_the_second_time_nothing()
    {
        using var place = new TestPlace();
        var maildir = Path.Combine(place.Directory, "source");
        foreach (var part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(maildir, part));
        // mutt ends the last line of each mail
        var mails = Mails.Select(mail => mail.EndsWith('\n') ? mail : mail + "\n").ToArray();
        var flags = (string[])["", "S", "FS", "RS", ""];
        for (var i = 0; i < mails.Length; i++)
        {
            var file = Path.Combine(maildir, "cur", string.Create(CultureInfo.InvariantCulture, $"{1_700_000_000 + i}.{i}.host:2,{flags[i]}"));
            await File.WriteAllTextAsync(file, $"From: sender@example.net\nDate: Tue, 14 Nov 2023 22:13:2{i} +0000\n{mails[i]}");
            File.SetLastWriteTimeUtc(file, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + i).UtcDateTime);
        }

        var mbox = Path.Combine(place.Directory, "mutt.mbox");
        await MuttAsync(place, maildir, $"push \"<tag-pattern>~A<enter><tag-prefix><copy-message><kill-line>{mbox}<enter><exit>\"");
        Assert.True(File.Exists(mbox));

        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await ImportAsync(place, "5 mails added", "0 were there already", mbox, "--folder", "Old");
        var read = await ReadAsync(place);
        Assert.All(read, mail => Assert.Equal("Old", mail.Folder));
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"From: sender@example.net\nDate: Tue, 14 Nov 2023 22:13:2{i} +0000\n{mails[i]}"), read.Select(mail => mail.Text));
        Assert.Equal(["", "seen", "flagged, seen", "answered, seen", ""], read.Select(mail => mail.Flags));
        Assert.Equal(Enumerable.Range(0, 5).Select(i => DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + i)), read.Select(mail => mail.Arrival));
        await ImportAsync(place, "0 mails added", "5 were there already", mbox, "--folder", "Old");
        // what mailstore itself has written comes back
        (await place.RunAsync("mail", "export", Alice, "--format", "mbox", "-o", Path.Combine(place.Directory, "own.mbox"))).Succeeded();
        await ImportAsync(place, "0 mails added", "5 were there already", Path.Combine(place.Directory, "own.mbox"), "--folder", "Old");
    }

    [Fact]
    public async Task A_mail_that_is_too_large_is_named_and_all_others_come()
    {
        using var place = new TestPlace("mda = \"litedb\"\n[mda.litedb]\nmax_mail_size = \"2K\"\n");
        var maildir = Path.Combine(place.Directory, "source");
        foreach (var part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(maildir, part));
        await File.WriteAllTextAsync(Path.Combine(maildir, "cur", "1700000000.large:2,"), $"Subject: large\n\n{new string('x', 4000)}\n");
        await File.WriteAllTextAsync(Path.Combine(maildir, "cur", "1700000001.small:2,"), Mails[0]);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        foreach (var (added, present) in (ValueTuple<string, string>[])[("1 mails added", "0 were there already"), ("0 mails added", "1 were there already")])
        {
            var told = await place.RunAsync("mail", "import", Alice, maildir);
            Assert.Equal(65, told.ExitCode);
            foreach (var words in (string[])[added, present, "1700000000.large", "1 mails were not taken"])
                Assert.Contains(words, told.Errors, StringComparison.Ordinal);
        }

        Assert.Equal(Mails[0], Assert.Single(await ReadAsync(place)).Text);
    }

    [Theory]
    [InlineData(66, "there is no", "nowhere")]
    [InlineData(66, "is no Maildir", ".")]
    [InlineData(65, "is no mbox file", "mailstore.toml")]
    [InlineData(64, "the password does not belong into the address", "imap://carol:secret@127.0.0.1")]
    [InlineData(64, "--password-file", "imap://carol@127.0.0.1")]
    [InlineData(64, "another server is named as", "http://carol@127.0.0.1")]
    public async Task A_mistake_gives_one_clear_message(int exitCode, string message, string path)
    {
        using var place = new TestPlace();
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        var told = (await place.RunAsync("mail", "import", Alice, path)).FailedClearly(exitCode);
        Assert.Contains(message, told.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", told.Errors, StringComparison.Ordinal);
    }

    private static async Task ImportAsync(TestPlace place, string added, string present, params string[] from)
    {
        var told = (await place.RunAsync(["mail", "import", Alice, .. from])).Succeeded();
        Assert.Contains(added, told.Errors, StringComparison.Ordinal);
        Assert.Contains(present, told.Errors, StringComparison.Ordinal);
    }

    private static async Task<List<(string? Folder, string Flags, DateTimeOffset Arrival, string Text)>> ReadAsync(TestPlace place)
    {
        var mails = new List<(string?, string, DateTimeOffset, string)>();
        foreach (var line in (await place.RunAsync("mail", "list", Alice, "--json")).Succeeded().Output.Trim().Split('\n'))
        {
            var mail = JsonDocument.Parse(line).RootElement;
            var text = (await place.RunAsync("mail", "show", Alice, mail.GetProperty("id").GetString()!)).Succeeded().Output;
            mails.Add((mail.TryGetProperty("folder", out var folder) ? folder.GetString() : null, mail.GetProperty("flags").GetString()!, mail.GetProperty("arrival").GetDateTimeOffset(), text));
        }

        return mails;
    }

    // mutt wants a terminal: script gives it one
    private static async Task MuttAsync(TestPlace place, string maildir, string command)
    {
        var rc = Path.Combine(place.Directory, "muttrc");
        Directory.CreateDirectory(Path.Combine(place.Directory, "Mail"));
        await File.WriteAllTextAsync(rc, $"set quit=yes\nset mark_old=no\nset confirmappend=no\nset confirmcreate=no\nset wait_key=no\nset mbox_type=mbox\nset move=no\nset charset=utf-8\n{command}\n");
        var start = new ProcessStartInfo("script", ["-qec", $"mutt -n -F {rc} -f {maildir}", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        (start.Environment["TERM"], start.Environment["HOME"], start.Environment["TZ"]) = ("xterm", place.Directory, "UTC");
        using var mutt = Process.Start(start)!;
        var output = mutt.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await mutt.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            mutt.Kill(entireProcessTree: true);
            Assert.Fail($"mutt did not end: {await output}");
        }

        Assert.Equal(0, mutt.ExitCode);
    }
}
