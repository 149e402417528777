using System.Collections.Concurrent;

namespace MailStore.Mbox.Delivery;

/// <summary>One <see cref="Box"/> for each file that is in use; kept alive by the mailboxes and by what is under way, forgotten with them.</summary>
internal sealed class Boxes(BoxServices services)
{
    private const int PruneEvery = 1024;

    private readonly ConcurrentDictionary<string, WeakReference<Box>> _boxes = new(StringComparer.Ordinal);
    private int _made;

    public Box Of(string path)
    {
        while (true)
        {
            var reference = _boxes.GetOrAdd(path, path => new WeakReference<Box>(new Box(path, services)));
            if (reference.TryGetTarget(out var box))
                return box;
            var fresh = new Box(path, services);
            if (!_boxes.TryUpdate(path, new WeakReference<Box>(fresh), reference))
                continue;
            if (Interlocked.Increment(ref _made) % PruneEvery == 0)
                Prune();
            return fresh;
        }
    }

    private void Prune()
    {
        foreach (var entry in _boxes)
        {
            if (!entry.Value.TryGetTarget(out _))
                _boxes.TryRemove(entry);
        }
    }
}
