namespace MailStore.Host.Modules;

/// <summary>Lets through the first of many like messages, and after that one a while; counts the others. Thread-safe.</summary>
internal sealed class LogThrottle(TimeSpan pause, TimeProvider clock)
{
    private readonly Dictionary<string, (long LoggedAt, long Untold)> _seen = new(StringComparer.Ordinal);

    /// <param name="about">What makes messages alike.</param>
    /// <param name="isFirst">Whether none went before.</param>
    /// <param name="untold">How many were held back since the last one.</param>
    public bool MayLog(string about, out bool isFirst, out long untold)
    {
        var now = clock.GetTimestamp();
        lock (_seen)
        {
            isFirst = !_seen.TryGetValue(about, out var seen);
            var may = isFirst || clock.GetElapsedTime(seen.LoggedAt, now) >= pause;
            untold = seen.Untold;
            _seen[about] = may ? (now, 0) : seen with { Untold = untold + 1 };
            return may;
        }
    }
}
