using System.Diagnostics;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Waits for what happens off the way of the test.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it did not come true within 60 s");
            await Task.Delay(5);
        }
    }
}
