using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>What a move leaves, and what happens to mail meanwhile.</summary>
public sealed class MovingTests : IDisposable
{
    private readonly MoveOffice _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task All_mails_come_along_with_folder_flags_arrival_and_order()
    {
        var old = await _office.AddAliceAsync();
        old.Put("same", minute: 1);
        old.Put("same", minute: 1);
        old.Put("in a folder", "Lists.A", MailFlags.Seen | MailFlags.Answered, 2);
        for (var i = 0; i < 600; i++)
            old.Put($"mail {i}", minute: 3);
        var before = old.Mails.Select(mail => (mail.Text, mail.Arrival, mail.Flags, mail.Folder)).ToList();

        var moved = await _office.MoveAsync();
        Assert.Equal(MoveOutcome.Moved, moved.Outcome);
        Assert.Equal(before.Count, moved.Mails);
        Assert.Equal(before.OrderBy(mail => mail.Folder, StringComparer.Ordinal).ThenBy(mail => mail.Arrival), _office.Mailbox.Mails.Select(mail => (mail.Text, mail.Arrival, mail.Flags, mail.Folder)).OrderBy(mail => mail.Folder, StringComparer.Ordinal).ThenBy(mail => mail.Arrival));
        Assert.Equal("second", _office.Record.Allocation!.Mda);
        Assert.DoesNotContain(HostKeys.Moving, _office.Record.Settings.Keys);
        Assert.True(old.IsRemoved);
        Assert.Equal(250, await _office.SendAsync());
        Assert.Equal(before.Count + 1, _office.Mailbox.Mails.Count);
    }

    [Fact]
    public async Task Mail_that_comes_in_the_middle_of_it_is_there_once()
    {
        await _office.AddAliceAsync();
        var during = 0;
        _office.Second.Making = mailbox => mailbox.BeforeImport = async () =>
        {
            if (during++ < 3)
                Assert.Equal(250, await _office.SendAsync($"Subject: {during}\n\nmail {during}\n"));
        };
        await _office.MoveAsync();
        foreach (var number in (int[])[1, 2, 3])
            Assert.Single(_office.Mailbox.Mails, mail => mail.Text.Contains($"mail {number}\n", StringComparison.Ordinal));
        Assert.Equal(4, _office.Mailbox.Mails.Count);
    }

    [Fact]
    public async Task A_mail_that_its_owner_removes_while_it_is_copied_does_not_come_back()
    {
        var old = await _office.AddAliceAsync();
        var removed = old.Put("removed");
        _office.Second.Making = mailbox => mailbox.BeforeImport = async () => await old.TryRemoveAsync(removed.Id, default);
        await _office.MoveAsync();
        Assert.DoesNotContain(_office.Mailbox.Mails, mail => mail.Text == "removed");
        Assert.Single(_office.Mailbox.Mails);
    }

    /// <summary>The survey is the first list, then come the pass that copies, the one that follows, the last one before the switch, and those after it.</summary>
    [Theory]
    [InlineData(2, "Archive")]
    [InlineData(3, "Archive")]
    [InlineData(4, "Archive")]
    [InlineData(5, null)]
    [InlineData(6, null)]
    public async Task A_mail_that_its_owner_puts_into_a_folder_is_there_once_whenever_it_happens(int list, string? folder)
    {
        var old = await _office.AddAliceAsync();
        var filed = old.Put("filed", minute: 1);
        old.Put("twin", minute: 1);
        old.Put("twin", minute: 1);
        var lists = 0;
        old.BeforeListing = () =>
        {
            if (++lists == list)
                old.PutInto(filed.Id, "Archive");
        };
        await _office.MoveAsync();
        Assert.True(lists >= list);
        Assert.Equal(4, _office.Mailbox.Mails.Count);
        Assert.Equal(folder, Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "filed").Folder);
    }

    [Fact]
    public async Task A_delivery_that_went_to_the_old_place_and_ends_after_the_switch_is_waited_for_and_its_mail_is_moved()
    {
        var old = await _office.AddAliceAsync();
        var isInside = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        old.BeforeDelivery = () =>
        {
            isInside.TrySetResult();
            return goOn.Task;
        };
        var delivery = _office.SendAsync("Subject: late\n\nlate\n");
        await isInside.Task;
        var switched = new TaskCompletionSource();
        var move = _office.MoveAsync(hear: line =>
        {
            if (line.Phase == "draining")
                switched.TrySetResult();
        });
        await switched.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("second", _office.Record.Allocation!.Mda);
        // who comes after the switch is not waited for
        Assert.Equal(250, await _office.SendAsync("Subject: new\n\nnew\n"));
        Assert.False(move.IsCompleted);
        Assert.False(old.IsRemoved);
        goOn.SetResult();
        Assert.Equal(250, await delivery);
        await move;
        Assert.Single(_office.Mailbox.Mails, mail => mail.Text.EndsWith("late\n", StringComparison.Ordinal));
        Assert.Equal(3, _office.Mailbox.Mails.Count);
        Assert.True(old.IsRemoved);
    }

    [Fact]
    public async Task Flags_and_removals_at_the_old_place_are_followed_until_the_switch()
    {
        var old = await _office.AddAliceAsync();
        var flagged = old.Put("flagged later", minute: 1);
        var removed = old.Put("removed later", minute: 2);
        var passes = 0;
        old.AfterListing = async () =>
        {
            // the look before, and the pass that copies
            if (++passes == 2)
            {
                await old.TrySetFlagsAsync(flagged.Id, MailFlags.Flagged, default);
                await old.TryRemoveAsync(removed.Id, default);
            }
        };
        await _office.MoveAsync();
        Assert.Equal(MailFlags.Flagged, Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "flagged later").Flags);
        Assert.DoesNotContain(_office.Mailbox.Mails, mail => mail.Text == "removed later");
    }

    [Fact]
    public async Task Settings_that_decided_the_old_place_go_and_others_stay_also_those_that_change_meanwhile()
    {
        await _office.AddAliceAsync(("path", "old"), ("quota", "1G"), (HostKeys.Mda, "first"));
        _office.Second.Making = mailbox => mailbox.BeforeImport = () => _office.Administration.SetAsync(
            new UserChange { Name = MoveOffice.Alice, Settings = new() { ["level"] = "7" } }, default);
        await _office.MoveAsync(move => move with { Settings = new() { ["quota"] = "2G" } });
        Assert.Equal(
            [("level", "7"), (HostKeys.Mda, "second"), ("quota", "2G")],
            _office.Record.Settings.Where(setting => setting.Key != HostKeys.Origin).Select(setting => (setting.Key, setting.Value)));
    }

    [Fact]
    public async Task Within_one_MDA_another_path_is_another_place()
    {
        var old = await _office.AddAliceAsync();
        await _office.MoveAsync(move => move with { Mda = null, Settings = new() { ["path"] = "b" } });
        Assert.StartsWith("/first/b/", _office.Record.Allocation!.Values[Allocation.Home], StringComparison.Ordinal);
        Assert.True(old.IsRemoved);
        Assert.Single(_office.Mailbox.Mails);
        Assert.Equal(MoveOutcome.Unchanged, (await _office.MoveAsync(move => move with { Mda = null, Settings = new() { ["path"] = "b" } })).Outcome);
    }

    [Fact]
    public async Task Who_has_no_mail_yet_gets_it_at_the_new_place()
    {
        _office.Users.Put(MoveOffice.Alice);
        Assert.Equal(MoveOutcome.Redirected, (await _office.MoveAsync()).Outcome);
        Assert.Equal(250, await _office.SendAsync());
        Assert.Equal("second", _office.Record.Allocation!.Mda);
    }

    [Fact]
    public async Task With_keep_the_old_place_stays_as_it_is()
    {
        var old = await _office.AddAliceAsync();
        var moved = await _office.MoveAsync(move => move with { KeepOld = true });
        Assert.Contains("/first/default/1", moved.Note, StringComparison.Ordinal);
        Assert.False(old.IsRemoved);
        Assert.Single(old.Mails);
        Assert.Single(_office.Mailbox.Mails);
    }

    [Fact]
    public async Task What_the_new_place_does_not_keep_is_told_before_anything_is_done()
    {
        var old = await _office.AddAliceAsync();
        old.Put("in a folder", "Lists", MailFlags.Passed);
        _office.Second.Making = mailbox => mailbox.Fidelity = new MailboxFidelity { HasFolders = false, Flags = MailFlags.Seen };
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        Assert.Contains("1 folder, whose mails would come to the inbox, the flags passed", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--allow-loss", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(HostKeys.Moving, _office.Record.Settings.Keys);
        Assert.Single(_office.Second.Released);

        Assert.Equal(MoveOutcome.Moved, (await _office.MoveAsync(move => move with { AllowLoss = true })).Outcome);
        Assert.Equal(2, _office.Mailbox.Mails.Count);
        Assert.All(_office.Mailbox.Mails, mail => Assert.Null(mail.Folder));
    }

    [Fact]
    public async Task A_folder_that_the_new_place_has_no_name_for_is_told_and_all_is_as_before()
    {
        var old = await _office.AddAliceAsync();
        old.Put("in a folder", "Lists/A");
        _office.Second.Making = mailbox => mailbox.CanHaveFolder = folder => !folder.Contains('/', StringComparison.Ordinal);
        var before = _office.Record;
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        Assert.Equal(ExitCode.DataError, refused.ExitCode);
        Assert.Contains("cannot have the folder 'Lists/A'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before.Allocation, _office.Record.Allocation);
        Assert.Equal(before.Settings, _office.Record.Settings);
        Assert.True(Assert.Single(_office.Second.Mailboxes.Values).IsRemoved);
        Assert.Equal(2, old.Mails.Count);

        Assert.Equal(MoveOutcome.Moved, (await _office.MoveAsync(move => move with { AllowLoss = true })).Outcome);
        Assert.Equal(2, _office.Mailbox.Mails.Count);
        Assert.All(_office.Mailbox.Mails, mail => Assert.Null(mail.Folder));
    }

    [Fact]
    public async Task A_new_place_that_holds_mail_already_is_refused_and_keeps_it()
    {
        var old = await _office.AddAliceAsync();
        MovableMailbox? full = null;
        _office.Second.Making = mailbox => (full = mailbox).Put("from before");
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        Assert.Contains("holds mail already", refused.Message, StringComparison.Ordinal);
        Assert.False(full!.IsRemoved);
        Assert.Equal("from before", Assert.Single(full.Mails).Text);
        Assert.DoesNotContain(HostKeys.Moving, _office.Record.Settings.Keys);
        Assert.Single(old.Mails);
    }

    [Theory]
    [InlineData("default/1/inner")]
    [InlineData("default/1")]
    public async Task A_new_place_within_the_old_one_is_refused_since_the_old_one_is_removed(string path)
    {
        var old = await _office.AddAliceAsync();
        _office.First.Home = $"/first/{path}";
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync(move => move with { Mda = null, Settings = new() { ["path"] = path } }));
        Assert.Contains("not apart from each other", refused.Message, StringComparison.Ordinal);
        Assert.False(old.IsRemoved);
        Assert.Single(old.Mails);
        Assert.DoesNotContain(HostKeys.Moving, _office.Record.Settings.Keys);
    }

    [Fact]
    public async Task A_setting_that_decides_no_place_moves_nobody()
    {
        await _office.AddAliceAsync();
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync(move => move with { Mda = null, Settings = new() { ["quota"] = "1G" } }));
        Assert.Contains("'mailstore user set", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_was_stored_at_the_old_place_when_the_move_was_over_already_is_stored_again_when_the_MTA_sends_it_again()
    {
        using var office = new MoveOffice(isShared: true);
        var old = await office.AddAliceAsync();
        var forwarded = new ForwardedClient { QueueId = "4ABC" };
        var (isInside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        old.BeforeDelivery = () =>
        {
            isInside.TrySetResult();
            return goOn.Task;
        };
        var stuck = office.SendAsync("Subject: stuck\n\nstuck\n", forwarded);
        await isInside.Task.WaitAsync(TimeSpan.FromSeconds(60));
        while (!stuck.IsCompleted)
        {
            office.Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(stuck, Task.Delay(100));
        }

        Assert.Equal(451, await stuck);
        // another host has moved her meanwhile, and waited as long as it has to
        office.Users.Put(MoveOffice.Alice, new Allocation { Id = "other", Mda = "second", Form = 1 }, (HostKeys.Origin, office.Record.Allocation!.Id));
        goOn.SetResult();
        var code = 0;
        for (var i = 0; i < 600 && code != 250; i++)
        {
            code = await office.SendAsync("Subject: stuck\n\nstuck\n", forwarded);
            await Task.Delay(code == 250 ? 0 : 100);
        }

        Assert.Equal(250, code);
        Assert.Single(office.Mailbox.Mails, mail => mail.Text.EndsWith("stuck\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_place_that_gives_back_another_mail_than_it_got_ends_the_move_before_the_switch()
    {
        var old = await _office.AddAliceAsync();
        _office.Second.Making = mailbox => mailbox.Storing = text => text.Replace("first", "FIRST", StringComparison.Ordinal);
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        Assert.Equal("first", _office.Record.Allocation!.Mda);
        Assert.Single(old.Mails);
        Assert.Empty(_office.OtherMailbox.Mails);
        Assert.Equal(MoveOutcome.Aborted, (await _office.MoveAsync(move => move with { Mda = null, Abort = true })).Outcome);
    }

    [Fact]
    public async Task A_mail_that_somebody_adds_at_the_new_place_before_the_switch_is_noticed()
    {
        await _office.AddAliceAsync();
        _office.Second.Making = mailbox => mailbox.BeforeImport = () =>
        {
            mailbox.Put("not of the mover");
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        Assert.Equal("first", _office.Record.Allocation!.Mda);
    }

    [Fact]
    public async Task A_mail_that_the_MTA_sends_again_after_the_move_is_not_stored_twice()
    {
        await _office.AddAliceAsync();
        var forwarded = new ForwardedClient { QueueId = "4ABC" };
        Assert.Equal(250, await _office.SendAsync(forwarded: forwarded));
        await _office.MoveAsync();
        Assert.Equal(250, await _office.SendAsync(forwarded: forwarded));
        await _office.MoveAsync(move => move with { Mda = "first" });
        Assert.Equal(250, await _office.SendAsync(forwarded: forwarded));
        Assert.Equal(2, _office.Mailbox.Mails.Count);
    }

    [Fact]
    public async Task A_delivery_that_could_not_begin_for_long_looks_at_the_record_again()
    {
        var old = await _office.AddAliceAsync();
        var finds = 0;
        _office.Users.Before = (call, _) =>
        {
            finds += call == "Find" ? 1 : 0;
            // the first is at RCPT, and long ago at the next one
            if (call == "Find" && finds == 1)
                _office.Clock.Advance(RecordMemory.Longest);
            else if (call == "Find" && finds == 2)
                _office.Clock.Advance(DeliveryService.RecordsAreGoodFor + TimeSpan.FromSeconds(1));
            else if (call == "Find" && finds == 3)
                _office.Users.Put(MoveOffice.Alice, new Allocation { Id = "other", Mda = "second", Form = 1 });
            return default;
        };
        Assert.Equal(250, await _office.SendAsync());
        Assert.Equal(3, finds);
        Assert.Single(old.Mails);
        Assert.Single(_office.Second.Mailboxes["other"].Mails);
    }

    [Fact]
    public async Task A_user_is_moved_by_one_mover_at_a_time()
    {
        await _office.AddAliceAsync();
        AdminException? refused = null;
        _office.Second.Making = mailbox => mailbox.BeforeImport = async () => refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        await _office.MoveAsync();
        Assert.Equal(ExitCode.TemporaryFailure, refused?.ExitCode);
        Assert.Single(_office.Mailbox.Mails);
    }

    [Theory]
    [InlineData("gone", "", "'mda' names 'gone'")]
    [InlineData("second", "path=forbidden", "this path is forbidden")]
    [InlineData("second", "nonsense=1", "'nonsense' is not a setting")]
    [InlineData("second", "enabled=false", "'enabled' does not belong to a place")]
    public async Task A_mistake_is_told_and_nothing_is_done(string mda, string setting, string message)
    {
        await _office.AddAliceAsync();
        var settings = setting.Length == 0 ? [] : new Dictionary<string, string> { [setting.Split('=')[0]] = setting.Split('=')[1] };
        var before = _office.Record;
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync(move => move with { Mda = mda, Settings = settings }));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Same(before, _office.Record);
        Assert.Empty(_office.Second.Mailboxes);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_moved_and_does_nothing()
    {
        var old = await _office.AddAliceAsync();
        old.Put("in a folder", "Lists");
        var before = _office.Record;
        var looked = await _office.MoveAsync(move => move with { IsDry = true });
        Assert.Equal((MoveOutcome.Looked, 2), (looked.Outcome, looked.Mails));
        Assert.Contains("from mda 'first' to mda 'second', 1 folders", looked.Note, StringComparison.Ordinal);
        Assert.Same(before, _office.Record);
        Assert.Empty(_office.Second.Mailboxes);
    }

    [Fact]
    public async Task The_record_says_that_somebody_is_moved_and_user_set_and_remove_know_it()
    {
        await _office.AddAliceAsync();
        _office.Second.Making = mailbox => mailbox.BeforeImport = () => throw new TemporaryFailureException("away");
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        var view = MoveView.Of(_office.Record, MoveState.Of(_office.Record)!);
        Assert.Equal(("copying", "first", "second", "first"), (view.Phase, view.From, view.To, view.Delivers));
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.Administration.RemoveAsync(MoveOffice.Alice, MailRemoval.Purge, default));
        Assert.Contains("on his way from mda 'first' to mda 'second'", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AdminException>(() => _office.Administration.SetAsync(new UserChange { Name = MoveOffice.Alice, Unset = [HostKeys.Moving] }, default));
        await Assert.ThrowsAsync<AdminException>(() => _office.Administration.SetAsync(new UserChange { Name = MoveOffice.Alice, Settings = new() { [HostKeys.Moving] = "{}" } }, default));
        await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync(move => move with { Mda = "first" }));
    }
}
