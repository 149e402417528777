using MailStore.Host.Admin.Moving;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>What a mover looks at that goes on behind the switch and knows nothing of what was copied.</summary>
public sealed class ResumedMoveTests : IDisposable
{
    private readonly MoveOffice _office = new();

    public void Dispose() => _office.Dispose();

    [Fact]
    public async Task A_mail_of_the_second_in_which_the_last_look_began_is_found()
    {
        var old = await _office.AddAliceAsync();
        _office.Clock.Advance(TimeSpan.FromMilliseconds(700));
        var isCut = false;
        old.AfterListing = () => _office.Record.Allocation!.Mda == "second" && !isCut ? throw new TemporaryFailureException("cut off") : Task.CompletedTask;
        await Assert.ThrowsAsync<TemporaryFailureException>(() => _office.MoveAsync());
        isCut = true;
        // 15 minutes, and three times call_timeout
        var earliest = MoveState.Of(_office.Record)!.LastPass!.Value - TimeSpan.FromMinutes(18);
        old.Put("at the edge", DateTimeOffset.FromUnixTimeSeconds(earliest.ToUnixTimeSeconds()));
        old.Put("of before", DateTimeOffset.FromUnixTimeSeconds(earliest.ToUnixTimeSeconds() - 1));
        _office.Start();
        await _office.MoveAsync();
        Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "at the edge");
        Assert.DoesNotContain(_office.Mailbox.Mails, mail => mail.Text == "of before");
    }

    [Fact]
    public async Task As_long_as_the_command_was_not_run_what_the_owner_does_at_the_old_place_comes_along()
    {
        var old = await _office.AddAliceAsync();
        var marked = old.Put("marked", minute: 1);
        var filed = old.Put("filed", minute: 2);
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
        await old.TrySetFlagsAsync(marked.Id, MailFlags.Flagged, default);
        old.PutInto(filed.Id, "Archive");
        old.Put("copied from elsewhere", "Archive", minute: 3);
        Assert.Equal(250, await _office.SendAsync("Subject: x\n\nnew\n"));

        _office.Start();
        await _office.MoveAsync();
        Assert.Equal(5, _office.Mailbox.Mails.Count);
        Assert.Equal(MailFlags.Flagged, Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "marked").Flags);
        Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "filed");
        Assert.Equal("Archive", Assert.Single(_office.Mailbox.Mails, mail => mail.Text == "copied from elsewhere").Folder);
    }
}
