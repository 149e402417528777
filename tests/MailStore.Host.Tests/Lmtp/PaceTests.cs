using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class PaceTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    [Fact]
    public void A_byte_a_second_is_borne_for_little_longer_than_the_timeout()
    {
        var pace = new Pace(Timeout, minRate: 128);
        var seconds = 0;
        for (; pace.Patience > TimeSpan.FromSeconds(1); seconds++)
            pace.Count(TimeSpan.FromSeconds(1), 1);
        Assert.InRange(seconds, 179, 182);
    }

    [Fact]
    public void Who_keeps_the_rate_is_waited_for_as_long_as_ever()
    {
        var pace = new Pace(Timeout, minRate: 128);
        for (var i = 0; i < 10_000; i++)
        {
            pace.Count(TimeSpan.FromSeconds(1), 128);
            Assert.Equal(Timeout, pace.Patience);
        }
    }

    [Fact]
    public void Time_that_the_server_takes_is_not_the_clients()
    {
        var pace = new Pace(Timeout, minRate: 128);
        for (var i = 0; i < 10_000; i++)
            pace.Count(TimeSpan.Zero, 1);
        Assert.Equal(Timeout, pace.Patience);
    }

    [Fact]
    public void Without_a_rate_only_silence_counts()
    {
        var pace = new Pace(Timeout, minRate: 0);
        pace.Count(TimeSpan.FromDays(1), 1);
        Assert.Equal(Timeout, pace.Patience);
    }
}
