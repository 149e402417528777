using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>
/// Locks by name, in memory: the file has one process, so its locks need no other place. First come, first served. A name takes memory only while
/// somebody holds its lock or waits for it.
/// </summary>
internal sealed class UserLocks(TimeSpan lease, TimeProvider clock) : IUserLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<Waiter>> _held = new(StringComparer.Ordinal);

    /// <summary>How many names are locked.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _held.Count;
        }
    }

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter();
        lock (_gate)
        {
            if (!_held.TryGetValue(name, out var waiters))
            {
                _held.Add(name, []);
                return new UserLock(this, name, lease, clock);
            }

            waiters.AddLast(waiter);
        }

        await using var registration = cancellationToken.Register(() => Withdraw(name, waiter, cancellationToken)).ConfigureAwait(false);
        return await waiter.Task.ConfigureAwait(false);
    }

    /// <summary>Hands the lock to who waits longest. Called once for each lock that was handed out.</summary>
    internal void PassOn(string name)
    {
        lock (_gate)
        {
            var waiters = _held[name];
            if (waiters.First is not { } next)
            {
                _held.Remove(name);
                return;
            }

            // Out of the list before it is answered: a cancellation that comes now finds nothing to withdraw, and its caller gets the lock.
            waiters.RemoveFirst();
            next.Value.SetResult(new UserLock(this, name, lease, clock));
        }
    }

    private void Withdraw(string name, Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(name, out var waiters) && waiters.Remove(waiter))
                waiter.SetCanceled(cancellationToken);
        }
    }

    private sealed class Waiter() : TaskCompletionSource<IUserLock>(TaskCreationOptions.RunContinuationsAsynchronously);
}
