using System.Collections.Concurrent;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>
/// The records of a user database that belongs to this process alone, for some seconds after they were read: a mail asks for its recipient's twice, and each question is a
/// change of thread. Every change of such a database passes the boundary: a record counts only if no change that may concern its user has begun since it was read, and none
/// was under way meanwhile, or may still be made. Safe for concurrent use. Bounded as <see cref="Delivery.ParseCache"/>.
/// </summary>
internal sealed class RecordMemory(TimeProvider clock)
{
    private const int Capacity = 4096;
    private const int Stripes = 256;

    /// <summary>As long as a delivery trusts a record that it has read. So long a module that reads what others write, against its contract, would be behind.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // changes, by the hash of the user's name
    private readonly long[] _begun = new long[Stripes];
    private readonly long[] _ended = new long[Stripes];

    private ConcurrentDictionary<string, Kept> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, Kept> _old = new(StringComparer.Ordinal);
    private int _count;

    public UserRecord? Find(string name)
    {
        if (!_young.TryGetValue(name, out var kept) && !_old.TryGetValue(name, out kept))
            return null;
        return Volatile.Read(ref _begun[StripeOf(name)]) == kept.Changes && clock.GetElapsedTime(kept.ReadAt) < Longest ? kept.Record : null;
    }

    /// <summary>Called before a record is read.</summary>
    /// <returns>Null: a change is under way, and whatever is read may be older than it.</returns>
    public Look? Begin(string name)
    {
        var readAt = clock.GetTimestamp();
        var stripe = StripeOf(name);
        // in this order: a change that ends in between is seen as one that is under way
        var ended = Volatile.Read(ref _ended[stripe]);
        var begun = Volatile.Read(ref _begun[stripe]);
        return begun == ended ? new Look(begun, readAt) : null;
    }

    /// <summary>Called after it was read.</summary>
    public void Keep(UserRecord record, Look look)
    {
        if (Volatile.Read(ref _begun[StripeOf(record.Name)]) != look.Changes)
            return;
        var kept = new Kept(record, look.Changes, look.ReadAt);
        if (_young.TryGetValue(record.Name, out var other))
        {
            // a slow read is no news
            if (other.Record.Version <= record.Version)
                _young[record.Name] = kept;
            return;
        }

        if (!_young.TryAdd(record.Name, kept) || Interlocked.Increment(ref _count) <= Capacity)
            return;
        // a race here forgets a few early, which costs a question each
        Interlocked.Exchange(ref _count, 0);
        _old = Interlocked.Exchange(ref _young, new ConcurrentDictionary<string, Kept>(StringComparer.Ordinal));
    }

    /// <summary>Called before the module is told to change something of a user.</summary>
    public void BeginChange(string name) => Interlocked.Increment(ref _begun[StripeOf(name)]);

    /// <summary>Called when it is known that the module will not change it any more: of a call that was given up, when it is back.</summary>
    public void EndChange(string name) => Interlocked.Increment(ref _ended[StripeOf(name)]);

    private static int StripeOf(string name) => name.GetHashCode(StringComparison.Ordinal) & (Stripes - 1);

    /// <summary>A read that has begun.</summary>
    public readonly record struct Look(long Changes, long ReadAt);

    private sealed record Kept(UserRecord Record, long Changes, long ReadAt);
}
