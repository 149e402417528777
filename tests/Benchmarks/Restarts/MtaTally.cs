using System.Collections.Concurrent;
using System.Diagnostics;

namespace MailStore.Benchmarks.Restarts;

/// <summary>What <see cref="MtaClients"/> met with. Thread-safe.</summary>
internal sealed class MtaTally
{
    private readonly ConcurrentQueue<(string Id, string Recipient, long At)> _stored = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private int _turnedAway;
    private long _longestMail;

    /// <summary>Mails that were acknowledged.</summary>
    public IReadOnlyCollection<(string Id, string Recipient, long At)> Stored => _stored;

    /// <summary>What no client may see: a connection refused, a new connection turned away, a mail or its reply lost, any refusal.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>How often a connection that had brought mails already was closed before the next one: the client connects anew and sends that one there.</summary>
    public int TurnedAway => _turnedAway;

    /// <summary>Of all mails, the longest time from the first try to its reply.</summary>
    public TimeSpan LongestMail => TimeSpan.FromTicks(Interlocked.Read(ref _longestMail));

    public void Store(string id, string recipient, long since)
    {
        var now = Stopwatch.GetTimestamp();
        _stored.Enqueue((id, recipient, now));
        var took = Stopwatch.GetElapsedTime(since, now).Ticks;
        for (var longest = Interlocked.Read(ref _longestMail); took > longest; longest = Interlocked.Read(ref _longestMail))
            Interlocked.CompareExchange(ref _longestMail, took, longest);
    }

    public void Fail(string what) => _failures.Enqueue(what);

    public void TurnAway() => Interlocked.Increment(ref _turnedAway);

    /// <summary>The longest time between two acknowledgements that are neighbours, the one before a moment and all that come after it.</summary>
    /// <param name="from">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="to">Another; as though something was acknowledged then, if nothing was.</param>
    public TimeSpan LongestPause(long from, long to)
    {
        var times = _stored.Select(mail => mail.At).Order().ToList();
        var before = times.LastOrDefault(time => time <= from, from);
        var longest = TimeSpan.Zero;
        foreach (var time in times.Where(time => time > from && time < to).Append(times.FirstOrDefault(time => time >= to, to)))
        {
            var pause = Stopwatch.GetElapsedTime(before, time);
            longest = pause > longest ? pause : longest;
            before = time;
        }

        return longest;
    }
}
