using System.Diagnostics;

namespace MailStore.Benchmarks.Restarts;

/// <summary>One restart: when it was asked for, when the old server had ended, and when the new one served. Timestamps of <see cref="Stopwatch"/>.</summary>
internal readonly record struct Restart(long Began, long Stopped, long Ready)
{
    public TimeSpan Stopping => Stopwatch.GetElapsedTime(Began, Stopped);

    public TimeSpan Starting => Stopwatch.GetElapsedTime(Stopped, Ready);
}
