namespace MailStore.Sdk.Conformance;

/// <summary>The records of a case: in the user database that is to be used along, or played.</summary>
internal sealed class AgentUsers(CaseContext<AgentUnderTest> context)
{
    private readonly AgentSequences _sequences = new();
    private readonly Lock _gate = new();
    private Task<IUserDatabase?>? _opened;
    private long _lastVersion;

    public async Task<UserRecord> AddAsync(UserRecord record)
    {
        if (await OpenAsync() is not { } users)
            return record with { Version = Interlocked.Increment(ref _lastVersion) };
        if (await users.FindAsync(record.Name, context.CancellationToken) is { } earlier)
            Expect.That(await users.TryRemoveAsync(earlier, context.CancellationToken), $"the user database does not remove '{record.Name}', whom nobody has changed");
        return await users.TryAddAsync(record, context.CancellationToken)
            ?? throw new ConformanceException($"the user database does not add '{record.Name}', whom it does not have");
    }

    public async Task<UserRecord> ReplaceAsync(UserRecord record)
    {
        if (await OpenAsync() is not { } users)
            return record with { Version = Interlocked.Increment(ref _lastVersion) };
        return await users.TryReplaceAsync(record, context.CancellationToken)
            ?? throw new ConformanceException($"the user database does not take the allocation of '{record.Name}', whom nobody has changed");
    }

    public async Task<IUserSequences> GetSequencesAsync() => await OpenAsync() is IUserSequences sequences ? sequences : _sequences;

    private Task<IUserDatabase?> OpenAsync()
    {
        lock (_gate)
            return _opened ??= StartAsync();
    }

    // in a place of its own: what the case looks at is the module's alone
    private async Task<IUserDatabase?> StartAsync() => context.Module.Users is { } users
        ? (await RunningModule<IUserDatabase>.StartAsync(context, users, context.NewPlace())).Module
        : null;
}
