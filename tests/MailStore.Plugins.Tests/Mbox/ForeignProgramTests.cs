using System.Diagnostics;
using System.Text;
using MailStore.Mbox;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>procmail, mutt and Dovecot on the same file, at the same time.</summary>
public sealed class ForeignProgramTests
{
    private const int Ours = 150;
    private const int Theirs = 40;

    [FactIf("procmail")]
    public async Task Procmail_and_this_module_deliver_at_once_and_nothing_is_lost_or_mixed()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        // LOCKSLEEP: as often as it can look for the lock file
        await File.WriteAllTextAsync(Path.Combine(world.Base, "rc"), $"MAILDIR={world.Base}\nLOCKSLEEP=1\nDEFAULT={world.AliceFile}\nLOGFILE={world.Base}/log\n");
        var procmail = Task.WhenAll(Enumerable.Range(0, 2).Select(worker => Task.Run(async () =>
        {
            for (var i = worker; i < Theirs; i += 2)
                await ProcmailAsync(world, $"From them@example.net Wed Jun  3 12:05:06 2026\nSubject: theirs {i}\n\n{new string('t', i * 100)}\nend {i}\n");
        })));
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && (i <= Ours || !procmail.IsCompleted))
            {
                await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail($"Subject: ours {i}\n\n{new string('o', i % 100 * 100)}\nend {i}\n"));
                await Task.Delay(5);
            }
        })));
        await procmail;

        var mails = await MboxWorld.ReadAllAsync(mailbox);
        foreach (var mail in mails)
        {
            var number = mail[mail.IndexOf('s', StringComparison.Ordinal)..].Split('\n')[0];
            var subject = mail.Split('\n').Single(line => line.StartsWith("Subject: ", StringComparison.Ordinal));
            Assert.EndsWith($"end {subject.Split(' ')[^1]}\n", mail, StringComparison.Ordinal);
            Assert.Single(mail.Split('\n'), line => line.StartsWith("Subject: ", StringComparison.Ordinal));
            Assert.NotNull(number);
        }

        Assert.Equal(Theirs, mails.Where(mail => mail.Contains("Subject: theirs", StringComparison.Ordinal)).Distinct().Count());
        Assert.True(mails.Where(mail => mail.Contains("Subject: ours", StringComparison.Ordinal)).Distinct().Count() >= Ours);
        Assert.Equal(mails.Count, mails.Distinct().Count());
    }

    [FactIf("mutt", "script")]
    public async Task Mutt_sets_flags_and_removes_mails_and_what_is_left_keeps_its_id_and_its_bytes()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        string[] mails = ["Subject: m0\n\nFrom zero\n", "Subject: m1\n\none\n>From one\n", "Subject: m2\n\ntwo without an end", "Subject: m3\n", "Subject: m4\nLines: 5\nStatus: RO\nContent-Length: 1\n\nfour\n\n\n"];
        var ids = new List<string>();
        foreach (var mail in mails)
            ids.Add(await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mail)));

        // the first is read and flagged, the second removed, all else seen
        await MuttAsync(world, "push <first-entry><flag-message><first-entry><next-entry><delete-message><sync-mailbox><quit>");
        var listed = await MboxWorld.ListAsync(mailbox);
        Assert.Equal([ids[0], ids[2], ids[3], ids[4]], listed.Select(mail => mail.Id));
        Assert.Equal(MailFlags.Flagged, listed[0].Flags);
        string[] left = [mails[0], mails[2], mails[3], mails[4]];
        Assert.Equal(left, await MboxWorld.ReadAllAsync(mailbox));
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: m5\n"));
        Assert.Equal(["Subject: m5\n"], (await MboxWorld.ReadAllAsync(mailbox))[4..]);
        Assert.Equal(left, (await MboxWorld.ReadAllAsync(mailbox))[..4]);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!, ".*torn*"));
    }

    [FactIf("doveadm")]
    public async Task Dovecot_reads_flags_and_expunges_while_mails_arrive()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var dovecot = new MboxDovecot(world);
        await dovecot.ConfigureAsync();
        var stored = new Dictionary<string, string>();
        var isOver = false;
        var delivery = Task.Run(async () =>
        {
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                var mail = $"Subject: mail {i}\n\nFrom number {i}\n{new string('d', i % 50 * 60)}\n";
                stored.Add(await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mail)), mail);
                await Task.Delay(10);
            }
        });
        var counts = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            counts.Add(await dovecot.CountAsync());
            await dovecot.RunAsync("flags", "add", "\\Seen \\Flagged", "mailbox", "INBOX", "1:3");
            await dovecot.RunAsync("flags", "add", "\\Answered", "mailbox", "INBOX", "subject", "\"mail 5\"");
        }

        await dovecot.RunAsync("expunge", "mailbox", "INBOX", "subject", "\"mail 7\"");
        Volatile.Write(ref isOver, true);
        await delivery;
        Assert.Equal(counts.Order(), counts);

        var seen = stored.Where(mail => !mail.Value.Contains("Subject: mail 7", StringComparison.Ordinal)).ToList();
        var listed = await MboxWorld.ListAsync(mailbox);
        // others whose subject begins so may be gone, too
        Assert.All(listed, mail => Assert.Contains(mail.Id, stored.Keys));
        Assert.Equal(seen.Select(mail => mail.Key), listed.Where(mail => seen.Any(other => other.Key == mail.Id)).Select(mail => mail.Id));
        Assert.Equal(listed.Count, await dovecot.CountAsync());
        foreach (var mail in listed)
            Assert.Equal(stored[mail.Id], await MboxWorld.ReadAsync(mailbox, mail.Id));
        Assert.All(listed[..3], mail => Assert.Equal(MailFlags.Seen | MailFlags.Flagged, mail.Flags & (MailFlags.Seen | MailFlags.Flagged)));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!, ".*torn*"));
    }

    [FactIf("doveadm")]
    public async Task Dovecot_delivers_and_copies_beside_this_module()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var dovecot = new MboxDovecot(world);
        await dovecot.ConfigureAsync();
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: first\n\nbody\n"));
        var saving = Task.Run(async () =>
        {
            for (var i = 0; i < 8; i++)
                await dovecot.SaveAsync($"Subject: saved {i}\n\nFrom Dovecot\n");
            await dovecot.RunAsync("copy", "INBOX", "mailbox", "INBOX", "subject", "first");
        });
        var count = 1;
        for (; !saving.IsCompleted; count++)
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail($"Subject: ours {count}\n\nbody {count}\n"));
        await saving;
        var listed = await MboxWorld.ListAsync(mailbox);
        Assert.Equal(count + 9, listed.Count);
        Assert.Equal(listed.Count, listed.Select(mail => mail.Id).Distinct().Count());
        foreach (var mail in listed)
        {
            var text = await MboxWorld.ReadAsync(mailbox, mail.Id);
            Assert.Equal(mail.Size, text!.Length + (text.Contains("saved", StringComparison.Ordinal) ? 0 : "Delivered-To: alice@example.org\n".Length));
        }
    }

    private static async Task ProcmailAsync(MboxWorld world, string mail)
    {
        using var procmail = Process.Start(new ProcessStartInfo("procmail", [Path.Combine(world.Base, "rc")]) { RedirectStandardInput = true })!;
        await procmail.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(mail));
        procmail.StandardInput.Close();
        await procmail.WaitForExitAsync();
        Assert.Equal(0, procmail.ExitCode);
    }

    // mutt wants a terminal: script gives it one
    private static async Task MuttAsync(MboxWorld world, string command)
    {
        var rc = Path.Combine(world.Base, "muttrc");
        Directory.CreateDirectory(Path.Combine(world.Base, "Mail"));
        await File.WriteAllTextAsync(rc, $"set delete=yes\nset quit=yes\nset mark_old=no\nset confirmappend=no\nset wait_key=no\nset mbox_type=mbox\nset move=no\n{command}\n");
        var start = new ProcessStartInfo("script", ["-qec", $"mutt -n -F {rc} -f {world.AliceFile}", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm";
        start.Environment["HOME"] = world.Base;
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
