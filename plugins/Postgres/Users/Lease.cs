using MailStore.Sdk;

namespace MailStore.Postgres.Users;

/// <summary>A lock that is held: until it is disposed, or until nobody could renew it for the time of a lease.</summary>
internal sealed class Lease : IUserLock
{
    private readonly Leases _leases;
    private readonly TimeSpan _time;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _timer;
    private int _isEnded;

    /// <param name="leases">Whose it is.</param>
    /// <param name="key">What is locked.</param>
    /// <param name="name">The key as text.</param>
    /// <param name="holder">By whom.</param>
    /// <param name="time">How long a lease is.</param>
    /// <param name="asked">When the database was asked for it: the lease ends no later there than it is counted from here.</param>
    /// <param name="clock">For its end.</param>
    public Lease(Leases leases, byte[] key, string name, Guid holder, TimeSpan time, long asked, TimeProvider clock)
    {
        _leases = leases;
        _time = time;
        _clock = clock;
        Key = key;
        Name = name;
        Holder = holder;
        Lost = _lost.Token;
        _timer = clock.CreateTimer(static state => ((Lease)state!).Lose(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Extend(asked);
    }

    public byte[] Key { get; }

    public string Name { get; }

    public Guid Holder { get; }

    // The source is never disposed: it holds nothing, and the token stays usable.
    public CancellationToken Lost { get; }

    /// <summary>It was renewed.</summary>
    /// <param name="asked">When the database was asked to.</param>
    public void Extend(long asked)
    {
        var left = _time - _clock.GetElapsedTime(asked);
        _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>It ran out, or another has it.</summary>
    public void Lose()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return;

        // the callbacks run on the pool, so that none of them can end the timer's thread
        _ = _lost.CancelAsync();
        _timer.Dispose();
        _leases.Forget(this);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return;
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _leases.LeaveAsync(this).ConfigureAwait(false);
    }
}
