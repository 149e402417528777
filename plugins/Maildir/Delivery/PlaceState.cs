using System.Collections.Concurrent;
using MailStore.Maildir.Quota;

namespace MailStore.Maildir.Delivery;

/// <summary>What this process remembers of one Maildir, for all mailbox objects that were handed out for it.</summary>
internal sealed class PlaceState
{
    private const int MaxFolders = 1000;

    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private long _lastSweep = long.MinValue;

    public QuotaGate Quota { get; } = new();

    /// <summary>Whether this process has made sure that a folder, by its directory, is durable.</summary>
    public bool IsDurable(string folder) => _folders.ContainsKey(folder);

    public void SetDurable(string folder)
    {
        // from outside: not to grow without bound
        if (_folders.Count >= MaxFolders)
            _folders.Clear();
        _folders[folder] = true;
    }

    /// <summary>True once for each interval; also where the last time lies in the future, since the clock was set back.</summary>
    public bool IsSweepDue(DateTimeOffset now, TimeSpan interval)
    {
        var last = Volatile.Read(ref _lastSweep);
        var isDue = last == long.MinValue || now.UtcTicks < last || now.UtcTicks - last >= interval.Ticks;
        return isDue && Interlocked.CompareExchange(ref _lastSweep, now.UtcTicks, last) == last;
    }
}
