namespace MailStore.Sdk.Conformance;

/// <summary>Many at the same instant.</summary>
internal static class Storm
{
    /// <summary>Runs the action that many times, each on a thread of the pool, all let go together. The first fault is thrown when all have ended.</summary>
    public static async Task RunAsync(int count, Func<int, Task> action)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, count).Select(async number =>
        {
            await gate.Task;
            await action(number);
        }).ToList();
        gate.SetResult();
        await Task.WhenAll(all);
    }

    /// <summary>The same, with a result of each.</summary>
    public static async Task<T[]> RunAsync<T>(int count, Func<int, Task<T>> action)
    {
        var results = new T[count];
        await RunAsync(count, async number => { results[number] = await action(number); });
        return results;
    }
}
