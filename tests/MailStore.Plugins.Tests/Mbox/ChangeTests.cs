using System.Text;
using MailStore.Mbox;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Reading;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Marking and removing mails in the middle of a file, and what a crash leaves of that.</summary>
public sealed class ChangeTests
{
    private static readonly string[] Mails =
        ["Subject: a\n\nFrom a\n", " begins with a space\nSubject: b\n\nb\n", "Subject: c\n" + new string('c', 9000) + "\n", "\nonly a body", "Subject: d\nStatus: RO\n\nd\n"];

    public static TheoryData<bool, int> Changes => new() { { true, 0 }, { true, 1 }, { true, 4 }, { false, 0 }, { false, 2 }, { false, 4 } };

    [Fact]
    public async Task Flags_are_lines_that_others_know_and_no_part_of_the_mail()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var results = await mailbox.ImportAsync([.. Mails.Select((mail, i) => MboxWorld.Mail(mail, i == 0 ? MailFlags.Seen : i == 1 ? MailFlags.Answered | MailFlags.Draft : MailFlags.None))], default);
        Assert.All(results, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        var text = await File.ReadAllTextAsync(world.AliceFile);
        Assert.Matches(@"X-MailStore: \w+ \d+ \d+ \w+ \.\nStatus: RO\nDelivered-To: ", text);
        Assert.Matches(@"X-MailStore: \w+ \d+ \d+ \w+ \.\nStatus: O\nX-Status: AT\nDelivered-To: ", text);
        Assert.Equal(Mails, await MboxWorld.ReadAllAsync(mailbox));
        Assert.True(await mailbox.TrySetFlagsAsync(results[2].StoredId!, MailFlags.Flagged | MailFlags.Passed, default));
        Assert.True(await mailbox.TrySetFlagsAsync(results[0].StoredId!, MailFlags.None, default));
        Assert.True(await mailbox.TryRemoveAsync(results[3].StoredId!, default));
        Assert.False(await mailbox.TryRemoveAsync(results[3].StoredId!, default));
        Assert.Equal([MailFlags.None, MailFlags.Answered | MailFlags.Draft, MailFlags.Flagged, MailFlags.None], (await MboxWorld.ListAsync(mailbox)).Select(mail => mail.Flags));
        Assert.Equal(Mails.Where((_, i) => i != 3), await MboxWorld.ReadAllAsync(mailbox));
        Assert.Equal(["alice", ".alice.mailstore"], world.AliceFiles());
    }

    [Fact]
    public async Task A_mail_of_another_program_is_marked_and_removed_too()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        const string head = "From x@y Wed Jun  3 12:05:06 2026\n";
        await File.WriteAllTextAsync(world.AliceFile, $"{head}Subject: a\nStatus: RO\nX-Keywords: Junk\nX-Status: A\n\nStatus: body\n\n{head}Subject: b\n\nb\n\n");
        var (first, second) = ((await MboxWorld.ListAsync(mailbox))[0].Id, (await MboxWorld.ListAsync(mailbox))[1].Id);
        Assert.True(await mailbox.TrySetFlagsAsync(first, MailFlags.Flagged, default));
        Assert.Equal($"{head}Status: O\nX-Status: F\nSubject: a\nX-Keywords: Junk\n\nStatus: body\n\n{head}Subject: b\n\nb\n\n", await File.ReadAllTextAsync(world.AliceFile));
        Assert.Equal([first, second], (await MboxWorld.ListAsync(mailbox)).Select(mail => mail.Id));
        Assert.True(await mailbox.TryRemoveAsync(first, default));
        Assert.Equal($"{head}Subject: b\n\nb\n\n", await File.ReadAllTextAsync(world.AliceFile));
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task Wherever_a_crash_comes_the_change_is_finished_or_never_was(bool removes, int number)
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var ids = new List<string>();
        foreach (var mail in Mails)
            ids.Add(await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mail)));
        var old = await File.ReadAllBytesAsync(world.AliceFile);
        var (journal, made) = await RecordAsync(world, mailbox, ids[number], removes ? null : MailFlags.Seen | MailFlags.Flagged);
        Assert.NotEqual(old, made);
        var path = ChangeJournal.PathOf(world.AliceFile);
        var random = new Random(number);

        // the journal was not durable yet, and the file untouched
        foreach (var length in (int[])[0, 5, 127, 128, 200, journal.Length - 1])
            await CheckAsync(old, journal[..Math.Min(length, journal.Length - 1)], old);
        for (var round = 0; round < 60; round++)
        {
            // any bytes of the old and the new, as pages reach the disk in any order; the length may have changed or not
            var torn = new byte[random.Next(2) == 0 ? old.Length : made.Length];
            var block = random.Next(1, 600);
            for (var at = 0; at < torn.Length; at += block)
            {
                var isNew = random.Next(2) == 0;
                for (var i = at; i < Math.Min(torn.Length, at + block); i++)
                    torn[i] = isNew && i < made.Length ? made[i] : i < old.Length ? old[i] : round % 2 == 0 ? (byte)0 : made[i];
            }

            await CheckAsync(torn, journal, made);
        }

        async Task CheckAsync(byte[] file, byte[] left, byte[] wanted)
        {
            await File.WriteAllBytesAsync(world.AliceFile, file);
            await File.WriteAllBytesAsync(path, left);
            _ = await MboxWorld.ListAsync(mailbox);
            Assert.Equal(Encoding.Latin1.GetString(wanted), await File.ReadAllTextAsync(world.AliceFile, Encoding.Latin1));
            Assert.Equal(["alice", ".alice.mailstore"], world.AliceFiles());
        }
    }

    [Fact]
    public async Task What_another_program_wrote_after_the_crash_stays_and_so_does_what_was_to_be()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var ids = new List<string>();
        foreach (var mail in Mails)
            ids.Add(await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mail)));
        var old = await File.ReadAllTextAsync(world.AliceFile);
        var (journal, _) = await RecordAsync(world, mailbox, ids[0], null);
        var theirs = old.Replace("Subject: d", "Status: O\nSubject: d", StringComparison.Ordinal);
        await File.WriteAllTextAsync(world.AliceFile, theirs);
        await File.WriteAllBytesAsync(ChangeJournal.PathOf(world.AliceFile), journal);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: next\n"));
        Assert.StartsWith(theirs, await File.ReadAllTextAsync(world.AliceFile), StringComparison.Ordinal);
        Assert.Equal(journal, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!, ".alice.torn-*"))));
    }

    [Fact]
    public async Task A_change_that_makes_nothing_longer_is_given_up_too_where_another_program_has_cut_the_mail_off()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: a\n\na\n"));
        var theirs = await File.ReadAllTextAsync(world.AliceFile);
        var second = await mailbox.ImportAsync([MboxWorld.Mail("Subject: b\n\nb\n", MailFlags.Flagged)], default);
        var length = new FileInfo(world.AliceFile).Length;
        var (journal, made) = await RecordAsync(world, mailbox, second[0].StoredId!, MailFlags.Answered);
        Assert.Equal(length, made.Length);
        await File.WriteAllTextAsync(world.AliceFile, theirs);
        await File.WriteAllBytesAsync(ChangeJournal.PathOf(world.AliceFile), journal);
        Assert.Single(await MboxWorld.ListAsync(mailbox));
        Assert.Equal(theirs, await File.ReadAllTextAsync(world.AliceFile));
    }

    /// <summary>What is written down of a change, and what the file becomes: the host dies in between, and another one finishes it.</summary>
    private static async Task<(byte[] Journal, byte[] File)> RecordAsync(MboxWorld world, MboxMailbox mailbox, string id, MailFlags? flags)
    {
        Assert.True(new FileLocker(new MboxOptions(), NullLogger.Instance).TryLock(world.AliceFile, isShared: false, out var file));
        using (file)
        {
            var entry = new Whereabouts().Find(file!, MailId.Parse(id)!.Value, file!.Status.Size)!;
            new MailChanger(file, entry).Prepare(flags)!.Dispose();
        }

        var journal = await File.ReadAllBytesAsync(ChangeJournal.PathOf(world.AliceFile));
        _ = await MboxWorld.ListAsync(mailbox);
        return (journal, await File.ReadAllBytesAsync(world.AliceFile));
    }
}
