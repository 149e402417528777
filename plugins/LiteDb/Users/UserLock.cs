using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>A lock that is held until it is disposed or its lease runs out, whichever comes first.</summary>
internal sealed class UserLock : IUserLock
{
    private readonly UserLocks _locks;
    private readonly string _name;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _timer;
    private int _ended;

    public UserLock(UserLocks locks, string name, TimeSpan lease, TimeProvider clock)
    {
        _locks = locks;
        _name = name;
        Lost = _lost.Token;
        _timer = clock.CreateTimer(static state => ((UserLock)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(lease, Timeout.InfiniteTimeSpan);
    }

    // The source is never disposed: it holds nothing, and the token stays usable.
    public CancellationToken Lost { get; }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return ValueTask.CompletedTask;
        _locks.PassOn(_name);
        return _timer.DisposeAsync();
    }

    private void Expire()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;

        // Set before the next one gets the lock; the callbacks run on the pool, so that none of them can end the timer's thread.
        _ = _lost.CancelAsync();
        _locks.PassOn(_name);
        _timer.Dispose();
    }
}
