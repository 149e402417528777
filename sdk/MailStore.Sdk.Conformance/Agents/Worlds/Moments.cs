using System.Diagnostics;

namespace MailStore.Sdk.Conformance;

/// <summary>Moments of a call, from its very begin to a little after its usual end: to cancel it at each of them.</summary>
internal sealed class Moments
{
    private const int Samples = 5;

    private readonly TimeSpan _usual;

    private Moments(TimeSpan usual) => _usual = usual;

    /// <summary>Finds out how long the call usually takes.</summary>
    public static Task<Moments> MeasureAsync(Func<int, Task> call) => MeasureAsync(Task.FromResult, call);

    /// <inheritdoc cref="MeasureAsync(Func{int, Task})"/>
    /// <param name="prepare">Makes what the call needs; not measured.</param>
    /// <param name="call">The call.</param>
    public static async Task<Moments> MeasureAsync<T>(Func<int, Task<T>> prepare, Func<T, Task> call)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Samples; i++)
        {
            var needed = await prepare(i);
            var start = Stopwatch.GetTimestamp();
            await call(needed);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        times.Sort();
        return new Moments(times[Samples / 2]);
    }

    /// <summary>Cancels at the i-th of so many moments from now.</summary>
    public CancellationTokenSource CancelAt(int i, int count)
    {
        var source = new CancellationTokenSource();
        var delay = _usual * 1.3 * (i % count) / count;
        var start = Stopwatch.GetTimestamp();
        // timers of the system are too coarse for calls that take less than a millisecond
        _ = Task.Run(async () =>
        {
            if (delay > TimeSpan.FromMilliseconds(20))
                await Task.Delay(delay - TimeSpan.FromMilliseconds(10), CancellationToken.None);
            while (Stopwatch.GetElapsedTime(start) < delay)
                Thread.Yield();
            try
            {
                await source.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // the call was faster
            }
        });
        return source;
    }
}
