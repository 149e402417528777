namespace MailStore.Sdk.Conformance;

/// <summary>The same with locks, which the kit can let expire.</summary>
internal sealed class LockingMemoryUsers : MemoryUsers, IUserLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource<IUserLock>>> _waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);
    private int _taken;

    /// <summary>How many locks are held.</summary>
    public int LocksHeld
    {
        get
        {
            lock (_gate)
                return _held.Count;
        }
    }

    /// <summary>How many were ever taken.</summary>
    public int LocksTaken => Volatile.Read(ref _taken);

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken)
    {
        await CallAsync("LockAsync", static () => 0, null, cancellationToken);
        var turn = new TaskCompletionSource<IUserLock>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_waiting.TryGetValue(name, out var waiting))
                _waiting[name] = waiting = [];
            waiting.AddLast(turn);
            PassOn(name);
        }

        await using var registration = cancellationToken.Register(() =>
        {
            lock (_gate)
            {
                if (_waiting[name].Remove(turn))
                    turn.SetCanceled(cancellationToken);
            }
        });
        return await turn.Task;
    }

    /// <summary>The lease of a lock runs out: its holder is told, and the next one has it.</summary>
    public void Expire(string name)
    {
        lock (_gate)
        {
            if (_held.Remove(name, out var held))
                held.Lose();
            PassOn(name);
        }
    }

    private void PassOn(string name)
    {
        if (_held.ContainsKey(name) || !_waiting.TryGetValue(name, out var waiting) || waiting.First is not { } next)
            return;
        waiting.RemoveFirst();
        _held[name] = new Held(this, name);
        Interlocked.Increment(ref _taken);
        next.Value.SetResult(_held[name]);
    }

    private sealed class Held(LockingMemoryUsers users, string name) : IUserLock
    {
        private readonly CancellationTokenSource _lost = new();

        public CancellationToken Lost => _lost.Token;

        public void Lose() => _ = _lost.CancelAsync();

        public ValueTask DisposeAsync()
        {
            lock (users._gate)
            {
                if (users._held.GetValueOrDefault(name) == this)
                {
                    users._held.Remove(name);
                    users.PassOn(name);
                }
            }

            return default;
        }
    }
}
