namespace MailStore.Host.Delivery.Repeats;

/// <summary>A part of the memory, with a lock of its own that is never held for longer than a look into a dictionary.</summary>
/// <remarks>
/// Two generations: when the younger one is full or as old as the window, the older one, of which by then nothing counts or there is no room for, goes as a whole.
/// </remarks>
internal sealed class RepeatShard(int limit, uint window)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RepeatKey, TaskCompletionSource?> _underWay = [];
    private Dictionary<RepeatKey, uint> _young = [];
    private Dictionary<RepeatKey, uint> _old = [];
    private uint _youngSince;

    /// <param name="other">Ends with the delivery that is under way.</param>
    public RepeatState Begin(RepeatKey key, uint now, out Task? other)
    {
        other = null;
        lock (_gate)
        {
            if ((_young.TryGetValue(key, out var at) || _old.TryGetValue(key, out at)) && IsFresh(at, now))
                return RepeatState.Stored;
            if (!_underWay.TryGetValue(key, out var waiting))
            {
                _underWay.Add(key, null);
                return RepeatState.New;
            }

            // made only now: hardly any delivery is ever waited for
            other = (_underWay[key] = waiting ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return RepeatState.UnderWay;
        }
    }

    public void End(RepeatKey key, bool stored, uint now)
    {
        lock (_gate)
        {
            _underWay.Remove(key, out var waiting);
            if (stored)
                Add(key, now, now);
            waiting?.SetResult();
        }
    }

    /// <summary>Takes over what a file told.</summary>
    public void Remember(RepeatKey key, uint at, uint now)
    {
        lock (_gate)
        {
            if (IsFresh(at, now))
                Add(key, at, now);
        }
    }

    private void Add(RepeatKey key, uint at, uint now)
    {
        if (_young.Count >= (limit + 1) / 2 || (_young.Count > 0 && !IsFresh(_youngSince, now)))
        {
            _old = _young;
            _young = [];
        }

        if (_young.Count == 0)
            _youngSince = at;
        _young[key] = at;
    }

    // a clock that jumped back: what seems to come from the future counts, for as long as it does
    private bool IsFresh(uint at, uint now) => now < at || now - at < window;
}
