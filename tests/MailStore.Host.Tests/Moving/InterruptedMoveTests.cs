using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>A move that is cut off anywhere goes on, or goes back.</summary>
public sealed class InterruptedMoveTests : IDisposable
{
    private readonly MoveOffice _office = new();

    public void Dispose() => _office.Dispose();

    /// <summary>Each call of the old place, the new one and the database may be the last one of a mover's life.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cut_off_at_any_call_it_goes_on_and_every_mail_is_there_once(bool isAbort)
    {
        var calls = 0;
        for (var cut = 1; ; cut++)
        {
            using var office = new MoveOffice();
            var old = await office.AddAliceAsync();
            for (var i = 0; i < 3; i++)
                old.Put($"mail {i}", i == 0 ? "Lists" : null, i == 1 ? MailFlags.Seen : MailFlags.None, i);
            var sent = 4;
            var (count, isCut) = (0, false);
            async Task CallAsync()
            {
                if (++count == cut)
                {
                    isCut = true;
                    throw new TemporaryFailureException("cut off");
                }

                // mail comes all the time
                if (count % 5 == 0 && !isCut)
                {
                    Assert.Equal(250, await office.SendAsync($"Subject: x\n\nduring {count}\n"));
                    sent++;
                }
            }

            old.AfterListing = CallAsync;
            office.Second.Making = mailbox => (mailbox.BeforeImport, mailbox.AfterListing) = (CallAsync, CallAsync);
            office.Users.Before = async (call, _) =>
            {
                if (call == "Replace")
                    await CallAsync();
            };
            try
            {
                await office.MoveAsync();
            }
            catch (TemporaryFailureException) when (isCut)
            {
                // as if it had been killed
            }

            calls = count;
            var hadBegun = office.Record.Settings.ContainsKey(HostKeys.Moving);
            var wasSwitched = office.Record.Allocation!.Mda == "second";
            office.Start();
            Assert.Equal(250, await office.SendAsync("Subject: x\n\nbetween\n"));
            sent++;
            var phase = MoveState.Of(office.Record)?.Phase;
            if (isAbort && phase == MovePhase.Removing)
                await Assert.ThrowsAsync<AdminException>(() => office.MoveAsync(move => move with { Mda = null, Abort = true }));
            else
                await office.MoveAsync(move => isAbort ? move with { Mda = null, Abort = true } : move);

            Assert.Equal(sent, office.Mailbox.Mails.Count);
            Assert.Equal(sent, office.Mailbox.Mails.Select(mail => mail.Text).Distinct().Count());
            Assert.Single(office.Mailbox.Mails, mail => mail.Folder == "Lists");
            Assert.Single(office.Mailbox.Mails, mail => mail.Flags == MailFlags.Seen);
            if (phase != MovePhase.Removing && hadBegun)
                Assert.Equal(isAbort ? "first" : "second", office.Record.Allocation!.Mda);
            Assert.True(phase == MovePhase.Removing || !office.Record.Settings.ContainsKey(HostKeys.Moving));
            Assert.True(hadBegun || !wasSwitched || !isCut);
            if (!isCut)
                break;
        }

        Assert.InRange(calls, 10, 100);
    }

    [Fact]
    public async Task A_mail_that_its_owner_removed_at_the_new_place_does_not_come_back_when_the_move_goes_on()
    {
        var old = await _office.AddAliceAsync();
        old.Put("from long ago");
        var isCut = false;
        old.AfterListing = () => _office.Record.Allocation!.Mda == "second" && !isCut ? throw new TemporaryFailureException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        Assert.Equal(MovePhase.Draining, MoveState.Of(_office.Record)!.Phase);
        isCut = true;
        await _office.Mailbox.TryRemoveAsync(_office.Mailbox.Mails.Single(mail => mail.Text == "from long ago").Id, default);
        _office.Clock.Advance(TimeSpan.FromHours(1));
        _office.Start();
        await _office.MoveAsync();
        Assert.Single(_office.Mailbox.Mails);
        Assert.Empty(old.Mails);
    }

    [Fact]
    public async Task A_mail_that_its_owner_put_into_a_folder_at_the_new_place_is_there_once_when_the_move_goes_on()
    {
        var old = await _office.AddAliceAsync();
        Assert.Equal(250, await _office.SendAsync("Subject: x\n\nlately\n"));
        await CutOffBehindTheSwitchAsync(old);
        var mail = _office.Mailbox.Mails.Single(mail => mail.Text.EndsWith("lately\n", StringComparison.Ordinal));
        _office.Mailbox.PutInto(mail.Id, "Archive");
        _office.Start();
        await _office.MoveAsync();
        Assert.Equal(2, _office.Mailbox.Mails.Count);
        Assert.Equal("Archive", Assert.Single(_office.Mailbox.Mails, moved => moved.Text == mail.Text).Folder);
    }

    [Fact]
    public async Task Mails_that_are_the_same_but_for_arrival_and_flags_keep_them_when_the_move_goes_on()
    {
        var old = await _office.AddAliceAsync();
        old.Put("same", minute: 1);
        old.Put("same", null, MailFlags.Flagged, 2);
        old.Put("same", "Lists", MailFlags.Seen, 3);
        var isCut = false;
        _office.Second.Making = mailbox => mailbox.AfterListing = () => mailbox.Mails.Count > 0 && !isCut ? throw new TemporaryFailureException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        isCut = true;
        _office.Start();
        await _office.MoveAsync();
        Assert.Equal(
            [(null, 1, MailFlags.None), (null, 2, MailFlags.Flagged), ("Lists", 3, MailFlags.Seen)],
            _office.Mailbox.Mails.Where(mail => mail.Text == "same").Select(mail => (mail.Folder, mail.Arrival.Minute, mail.Flags)).OrderBy(mail => mail.Minute));
    }

    /// <summary>A list may miss a mail that a reader is just moving; nothing may hang on the last look before the switch.</summary>
    [Fact]
    public async Task A_mail_that_the_last_list_before_the_switch_misses_is_not_lost_even_if_the_mover_dies_then()
    {
        var old = await _office.AddAliceAsync();
        var hidden = old.Put("hidden", minute: 1);
        // the survey, the pass that copies, the one that follows, and the last one
        var lists = 0;
        old.BeforeListing = () => old.Hidden = ++lists is 3 or 4 ? hidden.Id : null;
        await CutOffBehindTheSwitchAsync(old);
        Assert.True(lists >= 4);
        _office.Clock.Advance(TimeSpan.FromDays(1));
        _office.Start();
        await _office.MoveAsync();
        Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "hidden");
        Assert.Equal(2, _office.Mailbox.Mails.Count);
    }

    [Fact]
    public async Task In_a_cluster_who_reads_an_old_record_does_not_go_by_it()
    {
        using var office = new MoveOffice(isShared: true);
        var old = await office.AddAliceAsync();
        UserRecord? copying = null;
        office.Second.Making = mailbox => mailbox.BeforeImport = () =>
        {
            copying ??= office.Record;
            return Task.CompletedTask;
        };
        old.AfterListing = () => office.Record.Allocation!.Mda == "second" ? throw new TemporaryFailureException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => office.MoveAsync());
        old.AfterListing = () => Task.CompletedTask;
        Assert.Equal(250, await office.SendAsync("Subject: x\n\nat the new place\n"));

        // another host, which has not heard of the switch
        office.Start();
        office.Shared!.Old = copying;
        var move = office.MoveAsync();
        while (!move.IsCompleted)
        {
            office.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(move, Task.Delay(100));
        }

        await move;
        Assert.Null(office.Shared.Old);
        Assert.Equal("second", office.Record.Allocation!.Mda);
        Assert.Equal(2, office.Mailbox.Mails.Count);
        Assert.Single(office.Mailbox.Mails, mail => mail.Text.EndsWith("at the new place\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_wakes_up_after_another_one_took_over_comes_to_nothing()
    {
        var old = await _office.AddAliceAsync();
        var isFirst = true;
        var (isInside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _office.Second.Making = mailbox => mailbox.BeforeImport = async () =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            isInside.SetResult();
            await goOn.Task;
            throw new TemporaryFailureException("too late");
        };
        var asleep = _office.MoveAsync();
        await isInside.Task.WaitAsync(TimeSpan.FromSeconds(60));
        // as if its lock had been lost
        var first = MoveState.Of(_office.Record)!.Run;
        _office.Start();
        await _office.MoveAsync();
        goOn.SetResult();
        await Assert.ThrowsAsync<TemporaryFailureException>(() => asleep);
        Assert.NotNull(first);
        Assert.Single(_office.Mailbox.Mails);
        Assert.True(old.IsRemoved);
    }

    /// <summary>All attempts for one version of a record may come to the same place.</summary>
    [Fact]
    public async Task In_a_cluster_who_wakes_up_after_it_lost_its_lock_removes_nothing_of_the_place_that_another_one_fills()
    {
        using var office = new MoveOffice(isShared: true);
        await office.AddAliceAsync();
        office.Second.Home = "/second/alice";
        var (isInside, goOn, isFirst) = (new TaskCompletionSource(), new TaskCompletionSource(), true);
        office.Second.Making = mailbox => mailbox.AfterListing = async () =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            isInside.SetResult();
            await goOn.Task;
        };
        var asleep = office.MoveAsync();
        await isInside.Task.WaitAsync(TimeSpan.FromSeconds(60));
        office.Shared!.LoseLock();

        office.Start();
        var switched = new TaskCompletionSource();
        var move = office.MoveAsync(hear: line =>
        {
            if (line.Phase == "draining")
                switched.TrySetResult();
        });
        await switched.Task.WaitAsync(TimeSpan.FromSeconds(60));
        goOn.SetResult();
        Assert.Contains("the lock", (await Assert.ThrowsAsync<AdminException>(() => asleep)).Message, StringComparison.Ordinal);
        Assert.False(office.Mailbox.IsRemoved);
        Assert.Single(office.Mailbox.Mails);
        Assert.Empty(office.Second.Released);
        while (!move.IsCompleted)
        {
            office.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(move, Task.Delay(100));
        }

        await move;
        Assert.Single(office.Mailbox.Mails);
    }

    [Fact]
    public async Task After_an_abort_at_the_start_the_new_place_is_gone_and_the_record_is_as_before()
    {
        await _office.AddAliceAsync(("quota", "1G"));
        var before = _office.Record;
        _office.Second.Making = mailbox => mailbox.BeforeImport = () => throw new TemporaryFailureException("away");
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        var mailbox = _office.OtherMailbox;
        Assert.Equal(MoveOutcome.Aborted, (await _office.MoveAsync(move => move with { Mda = null, Abort = true })).Outcome);
        Assert.True(mailbox.IsRemoved);
        Assert.Equal(before.Settings, _office.Record.Settings);
        Assert.Equal(before.Allocation, _office.Record.Allocation);
    }

    [Fact]
    public async Task After_an_abort_behind_the_switch_mail_goes_to_the_old_place_again_with_what_has_come_to_the_new_one()
    {
        var old = await _office.AddAliceAsync(("path", "mine"));
        var flagged = old.Put("flagged at the new place");
        old.AfterListing = () => _office.Record.Allocation!.Mda == "second" ? throw new TemporaryFailureException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        old.AfterListing = () => Task.CompletedTask;
        var @new = _office.Mailbox;
        Assert.Equal(250, await _office.SendAsync("Subject: x\n\nat the new place\n"));
        await @new.TrySetFlagsAsync(@new.Mails.Single(mail => mail.Text == flagged.Text).Id, MailFlags.Flagged, default);
        // a host that does not know of the switch yet
        old.Put("late");

        Assert.Equal(MoveOutcome.Aborted, (await _office.MoveAsync(move => move with { Mda = null, Abort = true })).Outcome);
        Assert.Same(old, _office.Mailbox);
        Assert.Equal("mine", _office.Record.Settings["path"]);
        Assert.True(@new.IsRemoved);
        Assert.Equal(4, old.Mails.Count);
        Assert.Equal(MailFlags.Flagged, old.Mails.Single(mail => mail.Text == flagged.Text).Flags);
        Assert.Single(old.Mails, mail => mail.Text.EndsWith("at the new place\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_of_the_administrator_is_waited_for_and_asked_for_again_if_it_was_never_ended()
    {
        var old = await _office.AddAliceAsync();
        using var kill = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _office.MoveAsync(
            move => move with { HasHook = true },
            line =>
            {
                if (line.WantsHook)
                    kill.Cancel();
            },
            kill.Token));
        Assert.Equal(MovePhase.Switched, MoveState.Of(_office.Record)!.Phase);
        Assert.Equal(250, await _office.SendAsync());
        Assert.Equal(2, _office.Mailbox.Mails.Count);
        Assert.Single(old.Mails);

        _office.Start();
        var asked = 0;
        await _office.MoveAsync(
            move => move with { HasHook = true },
            line =>
            {
                if (!line.WantsHook)
                    return;
                asked++;
                Assert.Equal(("first", "second"), (line.Places!.FromMda, line.Places.ToMda));
                _office.Locks.EndHook(MoveOffice.Alice);
            });
        Assert.Equal(1, asked);
        Assert.Equal(2, _office.Mailbox.Mails.Count);
        Assert.Throws<AdminException>(() => _office.Locks.EndHook(MoveOffice.Alice));
    }

    [Fact]
    public async Task In_a_cluster_the_old_place_stays_as_long_as_another_host_may_deliver_to_it()
    {
        using var office = new MoveOffice(isShared: true);
        var old = await office.AddAliceAsync();
        var drained = new TaskCompletionSource();
        old.AfterListing = () =>
        {
            if (office.Record.Allocation!.Mda == "second")
                drained.TrySetResult();
            return Task.CompletedTask;
        };
        var move = office.MoveAsync();
        await drained.Task.WaitAsync(TimeSpan.FromSeconds(60));
        old.Put("by a host that does not know yet");
        // 15 s for its copy of the record, 10 s until it begins to store, 60 s of call_timeout, and a grace; in steps, since calls of modules are timed by this clock, too
        for (var i = 0; i < 17; i++)
        {
            await Task.Delay(100);
            office.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.False(move.IsCompleted);
        Assert.False(old.IsRemoved);
        while (!move.IsCompleted)
        {
            office.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(move, Task.Delay(500));
        }

        await move;
        Assert.Equal(2, office.Mailbox.Mails.Count);
        Assert.True(old.IsRemoved);
    }

    private async Task CutOffBehindTheSwitchAsync(MovableMailbox old)
    {
        var isCut = false;
        old.AfterListing = () => _office.Record.Allocation!.Mda == "second" && !isCut ? throw new TemporaryFailureException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        Assert.Equal(MovePhase.Draining, MoveState.Of(_office.Record)!.Phase);
        isCut = true;
    }

    [Fact]
    public async Task In_a_cluster_nobody_is_moved_by_two_hosts()
    {
        using var office = new MoveOffice(isShared: true);
        await office.AddAliceAsync();
        var isTaken = false;
        office.Second.Making = mailbox => mailbox.BeforeImport = async () => isTaken = await office.Locks.IsTakenAsync(MoveOffice.Alice, default);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => office.MoveAsync(
            hear: line =>
            {
                if (line.Phase == "draining")
                    stop.Cancel();
            },
            cancellationToken: stop.Token));
        Assert.True(isTaken);
        Assert.False(await office.Locks.IsTakenAsync(MoveOffice.Alice, default));
    }
}
