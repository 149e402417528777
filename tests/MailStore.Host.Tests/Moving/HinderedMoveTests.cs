using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>What stands in the way of a move is told, and no mail is refused for it.</summary>
public sealed class HinderedMoveTests : IDisposable
{
    private readonly MoveOffice _office = new();

    public void Dispose() => _office.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_setting_that_the_other_place_does_not_take_is_refused_while_he_is_moved(bool isSwitched)
    {
        var old = await _office.AddAliceAsync();
        (isSwitched ? _office.First : _office.Second).WrongLevel = 7;
        AdminException? refused = null;
        old.AfterListing = async () =>
        {
            if (refused is null && MoveState.Of(_office.Record) is { } state && state.IsSwitched == isSwitched)
                refused = await Assert.ThrowsAsync<AdminException>(() => _office.Administration.SetAsync(new UserChange { Name = MoveOffice.Alice, Settings = new() { ["level"] = "7" } }, default));
        };
        Assert.Equal(MoveOutcome.Moved, (await _office.MoveAsync()).Outcome);
        Assert.Contains("is being moved", refused?.Message, StringComparison.Ordinal);
        Assert.Contains("this level is not for", refused?.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("level", _office.Record.Settings.Keys);
    }

    [Fact]
    public async Task Nobody_is_switched_to_a_place_that_does_not_take_his_record_any_more()
    {
        var old = await _office.AddAliceAsync();
        old.AfterListing = () =>
        {
            if (MoveState.Of(_office.Record) is not null)
                _office.Second.WrongLevel = 1;
            return Task.CompletedTask;
        };
        Assert.Contains("this level is not for second", (await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync())).Message, StringComparison.Ordinal);
        Assert.Equal("first", _office.Record.Allocation!.Mda);
        Assert.Equal(250, await _office.SendAsync());

        _office.Second.WrongLevel = null;
        old.AfterListing = () => Task.CompletedTask;
        Assert.Equal(MoveOutcome.Moved, (await _office.MoveAsync()).Outcome);
        Assert.Equal(2, _office.Mailbox.Mails.Count);
    }

    [Theory]
    [InlineData(1000L, null, "more than his quota of 1000 there")]
    [InlineData(null, 1L, "more than his quota of 1 mails there")]
    public async Task A_quota_at_the_new_place_that_is_too_small_is_told_before_anything_is_done(long? bytes, long? count, string message)
    {
        var old = await _office.AddAliceAsync();
        old.Put(new string('x', 2000));
        _office.Second.Making = mailbox => (mailbox.LimitBytes, mailbox.LimitCount) = (bytes, count);
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(HostKeys.Moving, _office.Record.Settings.Keys);
        await _office.MoveAsync(move => move with { AllowLoss = true });
        Assert.Equal(2, _office.Mailbox.Mails.Count);
    }

    [Fact]
    public async Task A_mail_too_large_for_the_new_place_that_came_since_it_was_looked_at_ends_the_move_and_all_is_as_before()
    {
        var old = await _office.AddAliceAsync();
        _office.Second.Making = mailbox =>
        {
            mailbox.Largest = 1000;
            mailbox.BeforeListing = () =>
            {
                if (old.Mails.Count == 1)
                    old.Put(new string('x', 2000));
            };
        };
        var before = _office.Record;
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        Assert.Equal(ExitCode.DataError, refused.ExitCode);
        Assert.Contains("1000 bytes at most", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before.Allocation, _office.Record.Allocation);
        Assert.Equal(before.Settings, _office.Record.Settings);
        Assert.Equal(2, old.Mails.Count);
        Assert.True(Assert.Single(_office.Second.Mailboxes.Values).IsRemoved);
    }

    [Theory]
    [InlineData("/first/default/1")]
    [InlineData("/first/default/1/inner/")]
    [InlineData("/first")]
    public async Task A_place_that_is_named_and_is_his_already_is_refused_before_anything_is_made_there(string path)
    {
        await _office.AddAliceAsync();
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync(move => move with { Mda = null, Settings = new() { ["path"] = path } }));
        Assert.Contains("not apart from each other", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, _office.First.Allocations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_is_removed_with_his_mail_while_a_mover_has_him(bool isPurge)
    {
        var mail = isPurge ? MailRemoval.Purge : MailRemoval.Unsaid;
        var old = await _office.AddAliceAsync();
        AdminException? refused = null;
        // the survey: the record says nothing of a move yet
        old.AfterListing = async () =>
        {
            if (MoveState.Of(_office.Record) is null)
                refused ??= await Assert.ThrowsAsync<AdminException>(() => _office.Administration.RemoveAsync(MoveOffice.Alice, mail, default));
        };
        await _office.MoveAsync();
        Assert.Equal(ExitCode.TemporaryFailure, refused?.ExitCode);
        Assert.Single(_office.Mailbox.Mails);
    }

    [Fact]
    public async Task Who_was_brought_back_by_another_run_is_not_said_to_have_moved()
    {
        await _office.AddAliceAsync();
        var before = _office.Record;
        _office.Users.Before = (call, _) =>
        {
            if (call == "Find" && MoveState.Of(_office.Record)?.Phase == MovePhase.Draining)
                _office.Users.Put(MoveOffice.Alice, before.Allocation);
            return default;
        };
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync());
        Assert.Contains("changed by somebody else", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_without_mail_come_along_and_what_a_mover_cannot_read_is_told_before_anything_is_done()
    {
        var old = await _office.AddAliceAsync();
        await old.TryCreateFolderAsync("Empty", default);
        old.Unreadable = "the keywords of 3 mails";
        Assert.Contains("the keywords of 3 mails", (await Assert.ThrowsAsync<AdminException>(() => _office.MoveAsync())).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(HostKeys.Moving, _office.Record.Settings.Keys);
        await _office.MoveAsync(move => move with { AllowLoss = true });
        Assert.Equal(["Empty"], await _office.Mailbox.ListFoldersAsync(default).ToListAsync());
    }
}
