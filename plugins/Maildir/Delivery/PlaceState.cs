using System.Collections.Concurrent;
using MailStore.Maildir.Quota;

namespace MailStore.Maildir.Delivery;

/// <summary>What this process remembers of one Maildir, for all mailbox objects that were handed out for it.</summary>
internal sealed class PlaceState
{
    private const int MaxFolders = 1000;

    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private long _nextSweep;

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

    /// <summary>True once for each interval.</summary>
    public bool IsSweepDue(DateTimeOffset now, TimeSpan interval)
    {
        var next = Volatile.Read(ref _nextSweep);
        return now.UtcTicks >= next && Interlocked.CompareExchange(ref _nextSweep, (now + interval).UtcTicks, next) == next;
    }
}
