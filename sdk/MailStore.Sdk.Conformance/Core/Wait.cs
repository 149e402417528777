using System.Diagnostics;

namespace MailStore.Sdk.Conformance;

/// <summary>Waits of which a case knows how long they may take. Generous where something has to come, short where it must not.</summary>
internal static class Wait
{
    /// <summary>What should come at once, on a machine with much else to do.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>How long a case looks whether something happens that must not.</summary>
    public static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(150);

    /// <exception cref="ConformanceException">It did not end in time.</exception>
    public static async Task<T> ForAsync<T>(Task<T> task, TimeSpan limit, string otherwise)
    {
        await ForAsync((Task)task, limit, otherwise);
        return await task;
    }

    /// <inheritdoc cref="ForAsync{T}"/>
    public static async Task ForAsync(Task task, TimeSpan limit, string otherwise)
    {
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new ConformanceException($"{otherwise}, waited for {limit.TotalSeconds:0.#} seconds");
        }
    }

    /// <summary>Looks again and again.</summary>
    /// <exception cref="ConformanceException">It did not become so in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan limit, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Expect.That(Stopwatch.GetElapsedTime(start) < limit, $"{otherwise()}, waited for {limit.TotalSeconds:0.#} seconds");
            await Task.Delay(10);
        }
    }

    /// <summary>Cancels after a part of a duration; finer than a timer, since writes take less than its tick.</summary>
    public static async Task CancelAfterAsync(CancellationTokenSource source, TimeSpan delay)
    {
        await Task.Yield();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < delay)
            await Task.Yield();
        await source.CancelAsync();
    }
}
