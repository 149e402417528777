namespace MailStore.Host.Tests.Lmtp;

/// <summary>Waits for what another thread does; generously, since the machine may be busy.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task IsTrueAsync(Func<bool> condition, string what)
    {
        var until = TimeProvider.System.GetTimestamp() + ((long)Patience.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < until, $"not within {Patience}: {what}");
            await Task.Delay(5);
        }
    }
}
