using System.Text;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

public sealed class ReadingTests
{
    [Fact]
    public async Task A_file_that_is_rewritten_while_it_is_listed_shows_each_mail_that_stays_once()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var ids = new List<string>();
        for (var i = 0; i < 300; i++)
            ids.Add(await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail($"Subject: {i}\n\nbody\n")));
        foreach (var removed in (int[])[0, 5, 31, 32, 100, 299])
        {
            var text = await File.ReadAllTextAsync(world.AliceFile);
            var seen = new List<string>();
            await foreach (var mail in mailbox.ListAsync(default))
            {
                seen.Add(mail.Id);
                // behind the first page
                if (seen.Count == 10)
                    await File.WriteAllTextAsync(world.AliceFile, WithoutMail(text, ids[removed]).Replace("Subject: 7\n", "Subject: 7\nStatus: RO\n", StringComparison.Ordinal));
            }

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Equal(ids.Where(id => id != ids[removed]), seen.Where(id => id != ids[removed]));
            await File.WriteAllTextAsync(world.AliceFile, text);
        }
    }

    [Fact]
    public async Task A_large_mail_that_is_moved_while_it_is_read_is_read_to_its_end()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var content = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"From line {i}\n"));
        var first = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: first\n"));
        var large = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail($"Subject: large\n\n{content}"));
        await using var stream = (await mailbox.OpenAsync(large, default))!;
        using var bytes = new MemoryStream();
        var buffer = new byte[100_000];
        for (var i = 0; await stream.ReadAsync(buffer) is > 0 and var count; i++)
        {
            bytes.Write(buffer, 0, count);
            if (i == 5)
                await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: comes meanwhile\n"));
            if (i == 15)
                await File.WriteAllTextAsync(world.AliceFile, WithoutMail(await File.ReadAllTextAsync(world.AliceFile), first));
            if (i == 25)
                await File.WriteAllTextAsync(world.AliceFile, (await File.ReadAllTextAsync(world.AliceFile)).Replace("Subject: large\n", "Subject: large\nStatus: RO\n", StringComparison.Ordinal));
        }

        Assert.Equal($"Delivered-To: alice@example.org\nSubject: large\n\n{content}", Encoding.ASCII.GetString(bytes.ToArray()));
    }

    [Fact]
    public async Task Mails_of_other_programs_have_ids_that_stay_when_flags_are_written_and_others_removed()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        const string head = "From x@y Wed Jun  3 12:05:06 2026\n";
        var text = $"{head}Subject: a\n\n>From a\n\n{head}Subject: b\nStatus: O\n\nb\n\n{head}Subject: a\n\nother\n\n{head}Subject: c\nX-Status: AFDT\nStatus: RO\n\nc\n";
        await File.WriteAllTextAsync(world.AliceFile, text);
        var listed = await MboxWorld.ListAsync(mailbox);
        Assert.Equal(["Subject: a\n\nFrom a\n", "Subject: b\n\nb\n", "Subject: a\n\nother\n", "Subject: c\n\nc\n"], await MboxWorld.ReadAllAsync(mailbox));
        // the third has the header of the first
        Assert.Equal(listed[0].Id + "-2", listed[2].Id);
        Assert.Equal([MailFlags.None, MailFlags.None, MailFlags.None, MailFlags.Seen | MailFlags.Answered | MailFlags.Flagged | MailFlags.Deleted | MailFlags.Draft], listed.Select(mail => mail.Flags));
        await File.WriteAllTextAsync(world.AliceFile, text.Replace("Status: O\n", "Status: RO\n", StringComparison.Ordinal)[text.IndexOf(head, 10, StringComparison.Ordinal)..]);
        Assert.Equal([listed[1].Id, listed[0].Id, listed[3].Id], (await MboxWorld.ListAsync(mailbox)).Select(mail => mail.Id));
    }

    [FactIf("mails")]
    public async Task Real_mails_come_back_to_the_byte()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var expected = new List<string>();
        foreach (var file in Directory.GetFiles(RealMails.Folder!, "*.eml").Order(StringComparer.Ordinal))
        {
            var mail = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mail));
            expected.Add(mail);
        }

        Assert.Equal(300, expected.Count);
        Assert.Contains("\nX-MailStore-X-Keywords:", await File.ReadAllTextAsync(world.AliceFile), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(expected, await MboxWorld.ReadAllAsync(mailbox));
    }

    private static string WithoutMail(string text, string id)
    {
        var marker = text.IndexOf(id, StringComparison.Ordinal);
        var start = text.LastIndexOf("From ", marker, StringComparison.Ordinal);
        var end = text.IndexOf("\nFrom bob@", marker, StringComparison.Ordinal);
        return text[..start] + (end < 0 ? "" : text[(end + 1)..]);
    }
}
