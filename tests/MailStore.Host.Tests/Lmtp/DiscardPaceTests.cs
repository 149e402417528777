using MailStore.Host.Lmtp;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Lmtp;

public sealed class DiscardPaceTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void What_is_thrown_away_takes_its_time()
    {
        var pace = new DiscardPace(_clock, bytesPerSecond: 1000);
        var waiting = pace.WaitAsync(500, CancellationToken.None);
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public void Many_connections_share_the_pace()
    {
        var pace = new DiscardPace(_clock, bytesPerSecond: 1000);
        var waiting = Enumerable.Range(0, 10).Select(_ => pace.WaitAsync(100, CancellationToken.None)).ToList();
        for (var over = 1; over <= 10; over++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            Assert.Equal(over, waiting.Count(task => task.IsCompleted));
        }
    }

    [Fact]
    public void Time_in_which_nothing_came_is_not_saved_up()
    {
        var pace = new DiscardPace(_clock, bytesPerSecond: 1000);
        _clock.Advance(TimeSpan.FromHours(1));
        var waiting = pace.WaitAsync(1000, CancellationToken.None);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_shutdown_ends_the_wait()
    {
        using var shutdown = new CancellationTokenSource();
        var waiting = new DiscardPace(_clock, bytesPerSecond: 1).WaitAsync(1_000_000, shutdown.Token);
        await shutdown.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
