using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

/// <summary>All kinds of modules in one; each of its calls behaves as it is told. What hangs goes on when <see cref="Release"/> is called.</summary>
internal sealed class ScriptedModule : IMailDeliveryAgent, IMailbox, IReadableMailbox, IMailboxUsage, IMailboxRemoval, ICreator,
    IUserDatabase, IUserLocks, IUserSequences, ISharedUserDatabase, IUserDatabaseBackup, IUserDatabaseCounters, IModuleLifetime, IModuleHealth, IAsyncDisposable
{
    private readonly ManualResetEventSlim _released = new();
    private readonly TaskCompletionSource _releasedTask = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _entered = new(0);

    public Behaviour Behaviour { get; set; }

    /// <summary>What a good call returns in place of the usual.</summary>
    public object? Result { get; set; }

    public ScriptedLock? GivenLock { get; private set; }

    public void Release()
    {
        _released.Set();
        _releasedTask.TrySetResult();
    }

    /// <summary>Waits until a call has reached the module.</summary>
    public async Task EnteredAsync() => Assert.True(await _entered.WaitAsync(TimeSpan.FromSeconds(60)));

    public ParseResult Parse(EffectiveUser user) =>
        PlayAsync<ParseResult>(() => new ParseResult.Ready(this), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken) =>
        PlayAsync(() => context.Complete(1, []), cancellationToken);

    public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) => PlayAsync(cancellationToken);

    public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) =>
        PlayAsync(() => DeliveryResult.Stored("1"), cancellationToken);

    public ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) =>
        PlayAsync<Stream?>(() => new MemoryStream("content"u8.ToArray()), cancellationToken);

    public ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) =>
        PlayAsync(() => new MailboxUsage(1, 1, null, null), cancellationToken);

    public ValueTask RemoveAllAsync(CancellationToken cancellationToken) => PlayAsync(cancellationToken);

    public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) =>
        PlayAsync<UserRecord?>(() => user with { Version = 2, Allocation = new Allocation { Id = "1", Mda = "x", Form = 1 } }, cancellationToken);

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) =>
        PlayAsync<UserRecord?>(() => new UserRecord { Name = name, Version = 1 }, cancellationToken);

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) =>
        PlayAsync<UserRecord?>(() => user with { Version = 1 }, cancellationToken);

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) =>
        PlayAsync<UserRecord?>(() => user with { Version = user.Version + 1 }, cancellationToken);

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => PlayAsync(() => true, cancellationToken);

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await PlayAsync(() => new UserRecord { Name = $"{prefix}alice", Version = 1 }, cancellationToken);
        yield return new UserRecord { Name = $"{prefix}bob", Version = 1 };
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await PlayAsync(() => new StoredMail("1", 1, DateTimeOffset.UnixEpoch, MailFlags.None, null), cancellationToken);
        yield return new StoredMail("2", 1, DateTimeOffset.UnixEpoch, MailFlags.None, null);
    }

    public ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken) =>
        PlayAsync<IUserLock>(() => GivenLock = new ScriptedLock(), cancellationToken);

    public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken) => PlayAsync(() => 1L, cancellationToken);

    public ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken) => PlayAsync(() => TimeSpan.FromSeconds(30), cancellationToken);

    public ValueTask<Stream> OpenBackupAsync(CancellationToken cancellationToken) => PlayAsync<Stream>(() => new MemoryStream("copy"u8.ToArray()), cancellationToken);

    public ValueTask<UserDatabaseCounters> GetCountersAsync(CancellationToken cancellationToken) => PlayAsync(() => new UserDatabaseCounters { LastVersion = 7 }, cancellationToken);

    public ValueTask RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken) => PlayAsync(cancellationToken);

    public ValueTask StartAsync(CancellationToken cancellationToken) => PlayAsync(cancellationToken);

    public ValueTask StopAsync(CancellationToken cancellationToken) => PlayAsync(cancellationToken);

    public ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken) => PlayAsync(() => ModuleHealth.Healthy("fine"), cancellationToken);

    public ValueTask DisposeAsync() => default;

    private ValueTask PlayAsync(CancellationToken cancellationToken)
    {
        var played = PlayAsync(() => true, cancellationToken);
        return played.IsCompletedSuccessfully ? default : new ValueTask(played.AsTask());
    }

    private ValueTask<T> PlayAsync<T>(Func<T> good, CancellationToken cancellationToken)
    {
        _entered.Release();
        switch (Behaviour)
        {
            case Behaviour.Good:
                return new(Result is null ? good() : (T)Result);
            case Behaviour.Null:
                return new(default(T)!);
            case Behaviour.Throw:
                throw new InvalidDataException("the disk is gone");
            case Behaviour.ThrowUnspeakable:
                throw new UnspeakableException();
            case Behaviour.Temporary:
                throw new TemporaryFailureException("out of reach");
            case Behaviour.Configuration:
                throw new ModuleConfigurationException("badly set");
            case Behaviour.CancelUnasked:
                throw new OperationCanceledException();
            case Behaviour.Block:
                _released.Wait(CancellationToken.None);
                return new(good());
        }

        return PlayLaterAsync(good, cancellationToken);
    }

    private async ValueTask<T> PlayLaterAsync<T>(Func<T> good, CancellationToken cancellationToken)
    {
        switch (Behaviour)
        {
            case Behaviour.Fail:
                await Task.Yield();
                throw new InvalidDataException("the disk is gone");
            case Behaviour.Hang:
                await _releasedTask.Task;
                break;
            case Behaviour.HeedCancellation:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            case Behaviour.IgnoreCancellation:
                await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                break;
        }

        return good();
    }

    internal sealed class ScriptedLock : IUserLock
    {
        private int _disposed;

        public CancellationToken Lost => CancellationToken.None;

        public int Disposed => _disposed;

        public ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref _disposed);
            return default;
        }
    }

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException("not even this");

        public override string ToString() => throw new InvalidOperationException("nor that");
    }
}
