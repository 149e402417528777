using System.Collections.Concurrent;

namespace MailStore.Maildir.Delivery;

/// <summary>One <see cref="PlaceState"/> for each home that is in use; kept alive by the mailboxes, forgotten with them.</summary>
internal sealed class PlaceStates
{
    private const int PruneEvery = 1024;

    private readonly ConcurrentDictionary<string, WeakReference<PlaceState>> _states = new(StringComparer.Ordinal);
    private int _made;

    public PlaceState Of(string home)
    {
        while (true)
        {
            var reference = _states.GetOrAdd(home, static _ => new WeakReference<PlaceState>(new PlaceState()));
            if (reference.TryGetTarget(out var state))
                return state;
            var fresh = new PlaceState();
            if (!_states.TryUpdate(home, new WeakReference<PlaceState>(fresh), reference))
                continue;
            if (Interlocked.Increment(ref _made) % PruneEvery == 0)
                Prune();
            return fresh;
        }
    }

    private void Prune()
    {
        foreach (var entry in _states)
        {
            if (!entry.Value.TryGetTarget(out _))
                _states.TryRemove(entry);
        }
    }
}
