using System.Diagnostics;

namespace MailStore.Plugins.Tests;

/// <summary>Waits for what comes about by itself.</summary>
internal static class Eventually
{
    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), "it did not come about within a minute");
            await Task.Delay(20);
        }
    }
}
