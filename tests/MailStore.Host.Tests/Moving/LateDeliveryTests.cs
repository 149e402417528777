using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>Deliveries to the old place that were given up, so that the MTA was told 451, while their user was moved.</summary>
public sealed class LateDeliveryTests
{
    private const string Text = "Subject: stuck\n\nstuck\n";

    private readonly ForwardedClient _forwarded = new() { QueueId = "4ABC" };
    private readonly TaskCompletionSource _isInside = new();
    private readonly TaskCompletionSource _goOn = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_is_stored_after_the_switch_is_brought_along_and_not_stored_again_when_the_MTA_sends_it_again(bool isShared)
    {
        using var office = new MoveOffice(isShared);
        await GiveUpAsync(office);
        var switched = new TaskCompletionSource();
        var move = office.MoveAsync(move => move with { HasHook = true }, line =>
        {
            if (line.WantsHook)
                switched.TrySetResult();
        });
        await switched.Task.WaitAsync(TimeSpan.FromSeconds(60));
        _goOn.SetResult();
        await SendAgainAsync(office);
        Assert.DoesNotContain(office.Mailbox.Mails, IsStuck);
        office.Locks.EndHook(MoveOffice.Alice);
        await EndAsync(office, move);
        Assert.Single(office.Mailbox.Mails, IsStuck);
        Assert.Equal(2, office.Mailbox.Mails.Count);
    }

    [Fact]
    public async Task One_that_never_comes_back_holds_up_no_move()
    {
        using var office = new MoveOffice();
        var old = await GiveUpAsync(office);
        var move = office.MoveAsync();
        await EndAsync(office, move);
        Assert.Equal(MoveOutcome.Moved, (await move).Outcome);
        Assert.True(old.IsRemoved);
        Assert.Contains(office.Log.Entries, entry => entry.Text.Contains("do not come back", StringComparison.Ordinal));
        // nobody looks at the old place any more
        _goOn.SetResult();
        await SendAgainAsync(office);
        Assert.Single(office.Mailbox.Mails, IsStuck);
    }

    /// <summary>Storage may take it where nothing is any more: an object needs no folder.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_cluster_who_takes_longer_than_a_mover_waits_answers_250_only_if_the_user_is_still_there(bool isMoved)
    {
        using var office = new MoveOffice(isShared: true, callTimeout: "5m");
        var old = await office.AddAliceAsync();
        old.BeforeDelivery = () =>
        {
            _isInside.TrySetResult();
            return _goOn.Task;
        };
        var slow = office.SendAsync(Text, _forwarded);
        await _isInside.Task.WaitAsync(TimeSpan.FromSeconds(60));
        office.Clock.Advance(DeliveryService.RecordsAreGoodFor + DeliveryService.StoresAreAwaitedFor + TimeSpan.FromSeconds(1));
        if (isMoved)
            office.Users.Put(MoveOffice.Alice, new Allocation { Id = "other", Mda = "second", Form = 1 });
        _goOn.SetResult();
        Assert.Equal(isMoved ? 451 : 250, await slow);
        Assert.Equal(250, await office.SendAsync(Text, _forwarded));
        Assert.Single(office.Mailbox.Mails, IsStuck);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_import_that_was_given_up_keeps_the_next_run_away_until_it_is_over(bool isShared)
    {
        using var office = new MoveOffice(isShared);
        await office.AddAliceAsync();
        office.Second.Making = mailbox => mailbox.BeforeImport = () => _goOn.Task;
        var move = office.MoveAsync();
        await EndAsync(office, move, TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<ModuleFaultException>(() => move);
        var next = office.MoveAsync();
        await EndAsync(office, next);
        Assert.Contains("given up", (await Assert.ThrowsAsync<AdminException>(() => next)).Message, StringComparison.Ordinal);

        _goOn.SetResult();
        for (var i = 0; i < 600 && await office.Locks.IsTakenAsync(MoveOffice.Alice, default); i++)
            await Task.Delay(100);
        next = office.MoveAsync();
        await EndAsync(office, next);
        Assert.Equal(MoveOutcome.Moved, (await next).Outcome);
        Assert.Single(office.Mailbox.Mails);
    }

    private static bool IsStuck(MovableMail mail) => mail.Text.EndsWith("stuck\n", StringComparison.Ordinal);

    private async Task<MovableMailbox> GiveUpAsync(MoveOffice office)
    {
        var old = await office.AddAliceAsync();
        old.BeforeDelivery = () =>
        {
            _isInside.TrySetResult();
            return _goOn.Task;
        };
        var stuck = office.SendAsync(Text, _forwarded);
        await _isInside.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await EndAsync(office, stuck);
        Assert.Equal(451, await stuck);
        return old;
    }

    /// <summary>Until it is known what became of the first try, the next ones are put off.</summary>
    private async Task SendAgainAsync(MoveOffice office)
    {
        var code = 0;
        for (var i = 0; i < 600 && code != 250; i++)
        {
            code = await office.SendAsync(Text, _forwarded);
            await Task.Delay(code == 250 ? 0 : 100);
        }

        Assert.Equal(250, code);
    }

    private static async Task EndAsync(MoveOffice office, Task task, TimeSpan? step = null)
    {
        while (!task.IsCompleted)
        {
            office.Clock.Advance(step ?? TimeSpan.FromSeconds(5));
            await Task.WhenAny(task, Task.Delay(100));
        }
    }
}
