namespace MailStore.Sdk.Conformance;

/// <summary>What a sequence of operations must have come to: each user with his record and his mails, and the hosts that serve them.</summary>
internal sealed class AgentModel
{
    private static readonly string[] Names = ["alice@example.org", "Alice@example.org", "../alice@example.org"];

    private readonly AgentWorld _world;
    private readonly List<UserModel> _users = [];
    private readonly AgentHost?[] _hosts = new AgentHost?[2];

    private AgentModel(AgentWorld world) => _world = world;

    public static async Task<AgentModel> CreateAsync(AgentWorld world)
    {
        var model = new AgentModel(world);
        foreach (var name in Names)
            model._users.Add(new UserModel(await world.NewRecordAsync(name)));
        return model;
    }

    public async Task ApplyAsync(AgentOperation operation)
    {
        var user = _users[operation.User];
        // a storage that has one owner has one host
        var index = _world.Context.Module.IsShared ? operation.Host : 0;
        var host = _hosts[index] ??= await _world.StartAsync();
        switch (operation.Kind)
        {
            case AgentOperationKind.Deliver:
                user.Stored.Add(await (await OpenAsync(user, host)).DeliverAsync(Letters.Plain("a mail of the sequence") with { Form = (ContentForm)(user.Stored.Count % 3) }));
                break;
            case AgentOperationKind.DeliverAtOnce:
                user.Stored.AddRange(await (await OpenAsync(user, host)).DeliverAllAsync(Letters.Many(4, "one of four mails at once")));
                break;
            case AgentOperationKind.DeliverCancelled:
                await DeliverCancelledAsync(user, await OpenAsync(user, host));
                break;
            case AgentOperationKind.DeliverBroken:
                await DeliverBrokenAsync(user, await OpenAsync(user, host));
                break;
            case AgentOperationKind.Look:
                await LookAsync(user, host);
                break;
            case AgentOperationKind.Race:
                await RaceAsync(user, host);
                break;
            case AgentOperationKind.AllocateAndDie:
                if (user.Record.Allocation is null)
                    _ = await host.AllocateAsync(user.Record);
                break;
            case AgentOperationKind.Remove:
                await RemoveAsync(user, host);
                break;
            case AgentOperationKind.AddAgain:
                await AddAgainAsync(user);
                break;
            case AgentOperationKind.Restart:
                await host.StopAsync();
                _hosts[index] = null;
                break;
            default:
                await KillAsync(host, index);
                break;
        }
    }

    /// <summary>Looks at all users by all hosts, and by one that starts afresh.</summary>
    public async Task CheckAsync()
    {
        foreach (var host in _hosts.OfType<AgentHost>())
        {
            foreach (var user in _users)
                await LookAsync(user, host);
            await host.StopAsync();
        }

        var last = await _world.StartAsync();
        foreach (var user in _users)
            await LookAsync(user, last);
    }

    private async Task<MailboxUnderTest> OpenAsync(UserModel user, AgentHost host)
    {
        if (user.Record.Allocation is null)
            user.Record = await _world.WriteAsync(user.Record, await host.AllocateAsync(user.Record));
        return host.Open(user.Record);
    }

    private async Task DeliverCancelledAsync(UserModel user, MailboxUnderTest mailbox)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_world.CancellationToken);
        var outcome = await mailbox.TryDeliverAsync(
            Letters.OfSize(4000, 11, "a cancelled mail of the sequence") with
            {
                Form = ContentForm.Stream, ChunkSize = 1000, OnRead = number => CancelAt(number, user.Stored.Count % 6, cancel),
            },
            cancel.Token);
        CancellationCases.ExpectCancelledOrStored(outcome);
        (outcome.IsStored ? user.Stored : user.Refused).Add(outcome);
    }

    private static async Task DeliverBrokenAsync(UserModel user, MailboxUnderTest mailbox)
    {
        var outcome = await mailbox.TryDeliverAsync(
            Letters.OfSize(4000, 12, "a broken mail of the sequence") with { Form = ContentForm.Stream, ChunkSize = 1000, BreakAfter = 1000 * (user.Stored.Count % 4) });
        Expect.That(!outcome.IsStored, $"DeliverAsync of {outcome.Letter.What} {outcome}, but the mail is not whole");
        user.Refused.Add(outcome);
    }

    private static async Task LookAsync(UserModel user, AgentHost host)
    {
        if (user.Record.Allocation is not null)
            await host.Open(user.Record).ExpectIfReadableAsync(user.Stored, user.Refused);
        foreach (var (record, stored) in user.Earlier)
            await host.Open(record).ExpectIfReadableAsync(stored);
    }

    private async Task RaceAsync(UserModel user, AgentHost host)
    {
        if (user.Record.Allocation is not null)
            return;
        var hosts = _hosts.OfType<AgentHost>().ToList();
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => hosts[i % hosts.Count].AllocateAsync(user.Record)));
        user.Record = await _world.WriteAsync(user.Record, made[1]);
        foreach (var lost in made.Where(allocation => allocation != made[1]))
            await host.ReleaseAsync(user.Record, lost);
    }

    private async Task RemoveAsync(UserModel user, AgentHost host)
    {
        if (user.Record.Allocation is null || host.Open(user.Record).Mailbox is not IMailboxRemoval removal)
            return;
        _world.Context.Step("RemoveAllAsync");
        await removal.RemoveAllAsync(_world.CancellationToken);
        await ForgetAsync(user);
    }

    // The mail that was kept is the administrator's now; that nobody else gets it is looked at for as long as the sequence goes on.
    private Task AddAgainAsync(UserModel user)
    {
        if (user.Record.Allocation is not null && user.Stored.Count > 0)
            user.Earlier.Add((user.Record, [.. user.Stored]));
        return ForgetAsync(user);
    }

    private async Task ForgetAsync(UserModel user)
    {
        user.Record = await _world.NewRecordAsync(user.Record.Name);
        user.Refused.AddRange(user.Stored);
        user.Stored.Clear();
    }

    // An abandoned host stays in memory, and nobody stops it before the end. A storage with one owner must be let go of.
    private async Task KillAsync(AgentHost host, int index)
    {
        if (!_world.Context.Module.IsShared)
            await host.StopAsync();
        _hosts[index] = null;
    }

    private static void CancelAt(int number, int at, CancellationTokenSource cancel)
    {
        if (number == at)
            cancel.Cancel();
    }
}
