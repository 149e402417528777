using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>Users of a cluster: the same records, locked by a list.</summary>
internal sealed class SharedFakeUsers(FakeUsers users) : IUserDatabase, IUserLocks, ISharedUserDatabase, IDisposable
{
    private readonly SemaphoreSlim _lock = new(1, 1);
    private Held? _held;

    /// <summary>A record that is read though another host has changed it, until this one writes.</summary>
    public UserRecord? Old { get; set; }

    public ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken) => new(TimeSpan.FromSeconds(1));

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        return _held = new Held(_lock);
    }

    /// <summary>Who has the lock was away for longer than its lease.</summary>
    public void LoseLock() => _held!.Lose();

    public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => Old is { } old ? new(old) : users.FindAsync(name, cancellationToken);

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => users.TryAddAsync(user, cancellationToken);

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        Old = null;
        return users.TryReplaceAsync(user, cancellationToken);
    }

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => users.TryRemoveAsync(user, cancellationToken);

    public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) => users.ListAsync(prefix, cancellationToken);

    public void Dispose() => _lock.Dispose();

    private sealed class Held(SemaphoreSlim all) : IUserLock
    {
        private readonly CancellationTokenSource _lost = new();
        private int _isHeld = 1;

        public CancellationToken Lost => _lost.Token;

        public void Lose()
        {
            Release();
            _lost.Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Release();
            return default;
        }

        private void Release()
        {
            if (Interlocked.Exchange(ref _isHeld, 0) == 1)
                all.Release();
        }
    }
}
