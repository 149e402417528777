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
    public async Task After_an_abort_at_the_start_the_new_place_is_gone_and_the_record_is_as_before()
    {
        await _office.AddAliceAsync(("quota", "1G"));
        var before = _office.Record;
        _office.Second.Making = mailbox => mailbox.AfterListing = () => throw new TemporaryFailureException("away");
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        var mailbox = _office.OtherMailbox;
        mailbox.AfterListing = () => Task.CompletedTask;
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
