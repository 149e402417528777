using System.Collections.Concurrent;
using MailStore.S3.Keys;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Quota;

/// <summary>One <see cref="UsageGate"/> for each place that is in use; kept alive by the mailboxes, forgotten with them.</summary>
internal sealed class UsageGates(TimeProvider clock, ILogger logger, CancellationToken stopping)
{
    private const int PruneEvery = 1024;

    private readonly ConcurrentDictionary<Place, WeakReference<UsageGate>> _gates = new();
    private int _made;

    public UsageGate Of(Place place)
    {
        while (true)
        {
            var reference = _gates.GetOrAdd(place, _ => new WeakReference<UsageGate>(new UsageGate(clock, logger, stopping)));
            if (reference.TryGetTarget(out var gate))
                return gate;
            var fresh = new UsageGate(clock, logger, stopping);
            if (!_gates.TryUpdate(place, new WeakReference<UsageGate>(fresh), reference))
                continue;
            if (Interlocked.Increment(ref _made) % PruneEvery == 0)
                Prune();
            return fresh;
        }
    }

    private void Prune()
    {
        foreach (var entry in _gates)
        {
            if (!entry.Value.TryGetTarget(out _))
                _gates.TryRemove(entry);
        }
    }
}
