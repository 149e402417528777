using System.Collections.Concurrent;

namespace MailStore.Host.Delivery;

/// <summary>
/// Keeps what parsing a record came to for as long as its version stays the same: versions are never used twice for a name.
/// Bounded: two generations; when the young one is full it becomes the old one, and what was not asked for since is forgotten.
/// </summary>
internal sealed class ParseCache(int capacity)
{
    private ConcurrentDictionary<string, ParsedUser> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, ParsedUser> _old = new(StringComparer.Ordinal);
    private int _count;

    public ParsedUser? Find(string name, long version)
    {
        if (_young.TryGetValue(name, out var parsed) && parsed.Record.Version == version)
            return parsed;
        if (!_old.TryGetValue(name, out parsed) || parsed.Record.Version != version)
            return null;
        Keep(parsed);
        return parsed;
    }

    public void Keep(ParsedUser parsed)
    {
        if (_young.TryGetValue(parsed.Record.Name, out var kept))
        {
            if (kept.Record.Version < parsed.Record.Version)
                _young.TryUpdate(parsed.Record.Name, parsed, kept);
            return;
        }

        if (!_young.TryAdd(parsed.Record.Name, parsed) || Interlocked.Increment(ref _count) <= capacity)
            return;
        // a race here forgets a few entries early, which costs a parse each
        Interlocked.Exchange(ref _count, 0);
        _old = Interlocked.Exchange(ref _young, new ConcurrentDictionary<string, ParsedUser>(StringComparer.Ordinal));
    }
}
