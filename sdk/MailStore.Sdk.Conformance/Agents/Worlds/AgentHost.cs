namespace MailStore.Sdk.Conformance;

/// <summary>An instance of the module under test, as a host has it, and what a host does with it.</summary>
internal sealed class AgentHost(AgentWorld world, OpenedModule<IMailDeliveryAgent> opened)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private bool _isStarted;
    private bool _isDisposed;

    public OpenedModule<IMailDeliveryAgent> Opened => opened;

    public IMailDeliveryAgent Agent => opened.Module;

    public async Task StartAsync(CancellationToken? cancellationToken = null)
    {
        world.Context.Step("StartAsync");
        _isStarted = true;
        await opened.StartAsync(cancellationToken ?? world.CancellationToken);
    }

    /// <summary>Stops and disposes it, as at the end of a server.</summary>
    public async Task StopAsync(CancellationToken? cancellationToken = null)
    {
        if (_isStarted)
        {
            _isStarted = false;
            world.Context.Step("StopAsync");
            await opened.StopAsync(cancellationToken ?? world.CancellationToken);
        }

        if (_isDisposed)
            return;
        _isDisposed = true;
        world.Context.Step("DisposeAsync or Dispose");
        await opened.DisposeAsync();
    }

    public ParseResult Parse(UserRecord record)
    {
        world.Context.Step($"Parse of a record of '{record.Name}'");
        return Agent.Parse(world.Context.Module.Bind(record))
            ?? throw new ConformanceException($"Parse of a record of '{record.Name}' gave null instead of a ParseResult");
    }

    public async Task<Allocation> AllocateAsync(UserRecord record, CancellationToken? cancellationToken = null)
    {
        world.Context.Step($"AllocateAsync for '{record.Name}'");
        var attempt = new AllocationContext(world.Place.Instance, await world.GetSequencesAsync());
        // a thread for each call, as a host's boundary has it: modules that block are slow, not deadlocked
        var allocation = await Task.Run(
            () => Agent.AllocateAsync(world.Context.Module.Bind(record), attempt, cancellationToken ?? world.CancellationToken).AsTask(), CancellationToken.None);
        Expect.That(allocation is not null, $"AllocateAsync for '{record.Name}' gave null instead of an allocation");
        Expect.That(
            allocation.Id == attempt.AllocationId,
            $"AllocateAsync for '{record.Name}' gave an allocation with the id '{allocation.Id}', but its attempt was '{attempt.AllocationId}'; make it by AllocationContext.Complete");
        return allocation;
    }

    public async Task ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken? cancellationToken = null)
    {
        world.Context.Step("ReleaseAsync");
        await Task.Run(() => Agent.ReleaseAsync(current, lost, cancellationToken ?? world.CancellationToken).AsTask(), CancellationToken.None);
    }

    /// <summary>Allocates a user who is new, and opens his mailbox.</summary>
    public async Task<MailboxUnderTest> AddAsync(string name, ByteSize? quota = null)
    {
        var record = await world.NewRecordAsync(name, quota);
        return Open(await world.WriteAsync(record, await AllocateAsync(record)));
    }

    /// <summary>The mailbox of a record that was allocated.</summary>
    public MailboxUnderTest Open(UserRecord record) => Parse(record) is ParseResult.Ready { Mailbox: { } mailbox }
        ? new MailboxUnderTest(world, record, mailbox)
        : throw new ConformanceException($"Parse of the record of '{record.Name}' with the allocation that AllocateAsync returned gave {Parse(record)} instead of Ready");

    /// <summary>After the case: ends what it left running.</summary>
    public async Task CleanUpAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await StopAsync(patience.Token).WaitAsync(Patience + Patience, CancellationToken.None);
        }
        catch (Exception) // the boundary of a module: the case has its verdict already
        {
        }
    }
}
