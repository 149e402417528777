using MailStore.Maildir.Interop;
using MailStore.Maildir.Journal;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.Maildir.Journal;

public sealed class MailJournalTests
{
    private const int Block = BatchHeader.Block;

    [Fact]
    public void A_mail_is_marked_then_written_then_synced_with_one_sync_for_all_that_wait()
    {
        var disk = new FakeJournalDisk();
        var journal = JournalMails.Open(disk);
        var before = disk.Calls.Count;
        journal.Commit([JournalMails.Entry("a"), JournalMails.Entry("b"), JournalMails.Entry("c")]);
        Assert.Equal(["mark", "write 0", "sync 0"], disk.Calls.Skip(before));
        Assert.Equal(["a", "b", "c"], JournalMails.Names(disk));
        Assert.Equal(1, disk.Marked);
    }

    [Fact]
    public void A_sync_that_fails_refuses_its_whole_batch_and_is_never_tried_again()
    {
        var disk = new FakeJournalDisk();
        var journal = JournalMails.Open(disk);
        Assert.True(journal.TryCommit(JournalMails.Entry("before")));
        disk.OnSync = () => throw FakeJournalDisk.Fault();
        List<JournalEntry> batch = [JournalMails.Entry("a"), JournalMails.Entry("b")];
        journal.Commit(batch);
        Assert.All(batch, entry => Assert.True(entry is { Half: null, Fault: not null }));

        disk.OnSync = static () => { };
        var calls = disk.Calls.Count;
        Assert.False(journal.TryCommit(JournalMails.Entry("later")));
        Assert.Contains("fdatasync", journal.Fault, StringComparison.Ordinal);
        Assert.Equal(calls, disk.Calls.Count);
        // what was acknowledged before is there for the next start
        Assert.Equal("before", JournalMails.Names(disk)[0]);
    }

    [Fact]
    public void A_mail_whose_sync_fails_is_refused()
    {
        var disk = new FakeJournalDisk();
        var journal = JournalMails.Open(disk);
        disk.OnSync = () => throw FakeJournalDisk.Fault();
        Assert.Throws<PosixException>(() => journal.TryCommit(JournalMails.Entry("a")));
    }

    [Fact]
    public void A_full_file_is_emptied_while_the_other_one_is_filled()
    {
        var disk = new FakeJournalDisk(4 * Block);
        var journal = JournalMails.Open(disk);
        for (var i = 0; i < 20; i++)
        {
            // three batches fill a file; the other one may not be empty yet
            JournalEntry? entry = null;
            JournalMails.Await(() => journal.TryCommit(entry = JournalMails.Entry($"{i}")), "there is room again");
            journal.Leave(entry!);
        }

        JournalMails.Await(() => JournalMails.Names(disk) is ["18", "19"], "all before are where they belong");
        Assert.Equal(6, disk.MailSyncs);
    }

    [Fact]
    public void Full_files_refuse_nobody_but_leave_the_sync_to_the_delivery()
    {
        var disk = new FakeJournalDisk(3 * Block);
        var isHeld = true;
        disk.OnSyncMails = () => SpinWait.SpinUntil(() => !Volatile.Read(ref isHeld));
        var journal = JournalMails.Open(disk);
        for (var i = 0; i < 4; i++)
        {
            var entry = JournalMails.Entry($"{i}");
            Assert.True(journal.TryCommit(entry));
            journal.Leave(entry);
        }

        Assert.False(journal.TryCommit(JournalMails.Entry("no room")));
        Assert.Null(journal.Fault);
        Volatile.Write(ref isHeld, false);
        JournalMails.Await(() => disk.MailSyncs == 1 && journal.TryCommit(JournalMails.Entry("room again")), "it is emptied");
        Assert.Equal("room again", JournalMails.Names(disk)[^1]);
    }

    [Fact]
    public void Of_a_batch_that_does_not_fit_as_many_are_taken_as_do()
    {
        var disk = new FakeJournalDisk(4 * Block);
        var journal = JournalMails.Open(disk);
        var content = new string('x', 5000);
        List<JournalEntry> batch = [JournalMails.Entry("a", content), JournalMails.Entry("b", content), JournalMails.Entry("c", content)];
        journal.Commit(batch);
        Assert.Equal([true, true, false], batch.Select(entry => entry.Half is not null));
        Assert.Equal(["a", "b"], JournalMails.Names(disk));
    }

    [Fact]
    public void No_file_is_emptied_before_all_of_its_mails_have_their_names()
    {
        var clock = new FakeTimeProvider();
        var disk = new FakeJournalDisk();
        var journal = JournalMails.Open(disk, clock);
        List<JournalEntry> batch = [JournalMails.Entry("a"), JournalMails.Entry("b")];
        journal.Commit(batch);
        journal.Leave(batch[0]);
        clock.Advance(MailJournal.MaxAge);
        // the other file is in use by now
        JournalMails.Await(() => Take(journal).Half!.File == 1, "the file is given up");
        Assert.Equal(0, disk.MailSyncs);
        Assert.Equal("a", JournalMails.Names(disk)[0]);
        journal.Leave(batch[1]);
        JournalMails.Await(() => disk.MailSyncs > 0, "it is emptied");
    }

    [Fact]
    public void A_mail_that_comes_alone_is_synced_where_it_belongs_after_five_seconds()
    {
        var clock = new FakeTimeProvider();
        var disk = new FakeJournalDisk();
        var journal = JournalMails.Open(disk, clock);
        Take(journal);
        clock.Advance(MailJournal.MaxAge - TimeSpan.FromMilliseconds(1));
        Assert.Single(JournalMails.Names(disk));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        JournalMails.Await(() => JournalMails.Names(disk).Count == 0, "it is emptied");
        Assert.Equal(1, disk.MailSyncs);
        // and nothing more without a mail
        clock.Advance(TimeSpan.FromDays(1));
        Take(journal);
        Assert.Equal(1, disk.MailSyncs);
    }

    [Fact]
    public async Task A_stop_syncs_the_mails_and_leaves_an_empty_journal()
    {
        var disk = new FakeJournalDisk();
        var journal = JournalMails.Open(disk);
        Take(journal);
        await journal.StopAsync(CancellationToken.None);
        Assert.Equal(1, disk.MailSyncs);
        Assert.Empty(JournalMails.Names(disk));
    }

    [Fact]
    public async Task A_sync_of_the_mails_that_fails_leaves_the_journal_as_it_is()
    {
        var disk = new FakeJournalDisk { OnSyncMails = () => throw FakeJournalDisk.Fault("syncfs") };
        var journal = JournalMails.Open(disk);
        Take(journal);
        await journal.StopAsync(CancellationToken.None);
        Assert.Contains("syncfs", journal.Fault, StringComparison.Ordinal);
        Assert.Single(JournalMails.Names(disk));
    }

    [Fact]
    public async Task A_stop_waits_no_longer_than_it_may_for_a_disk_that_hangs()
    {
        var isHeld = true;
        var disk = new FakeJournalDisk { OnSyncMails = () => SpinWait.SpinUntil(() => !Volatile.Read(ref isHeld)) };
        var journal = JournalMails.Open(disk);
        Take(journal);
        using var patience = new CancellationTokenSource();
        var stop = journal.StopAsync(patience.Token);
        Assert.False(stop.IsCompleted);
        await patience.CancelAsync();
        await stop;
        Assert.Single(JournalMails.Names(disk));
        Volatile.Write(ref isHeld, false);
    }

    [Fact]
    public async Task A_journal_that_is_left_while_the_disk_hangs_is_closed_when_nobody_works_on_it_any_more()
    {
        var isHeld = true;
        var isSyncing = false;
        var disk = new FakeJournalDisk
        {
            OnSyncMails = () =>
            {
                Volatile.Write(ref isSyncing, true);
                SpinWait.SpinUntil(() => !Volatile.Read(ref isHeld));
            },
        };
        var journal = JournalMails.Open(disk);
        Take(journal);
        var stop = journal.StopAsync(CancellationToken.None);
        JournalMails.Await(() => Volatile.Read(ref isSyncing), "the mails are being synced");
        journal.Dispose();
        Assert.DoesNotContain("close", disk.Calls);
        Volatile.Write(ref isHeld, false);
        await stop;
        Assert.Equal("close", disk.Calls[^1]);
        Assert.False(journal.TryCommit(JournalMails.Entry("later")));
        Assert.Null(journal.Fault);
    }

    private static JournalEntry Take(MailJournal journal)
    {
        var entry = JournalMails.Entry("one");
        Assert.True(journal.TryCommit(entry));
        journal.Leave(entry);
        return entry;
    }
}
