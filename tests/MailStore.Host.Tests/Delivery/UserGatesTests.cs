using MailStore.Host.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Delivery;

public sealed class UserGatesTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task So_many_go_in_at_once_and_one_more_has_its_turn_when_one_is_gone()
    {
        var gates = new UserGates(2, _clock);
        Assert.True(await gates.EnterAsync("a", default));
        Assert.True(await gates.EnterAsync("a", default));
        var third = gates.EnterAsync("a", default).AsTask();
        Assert.True(await gates.EnterAsync("b", default));
        Assert.False(third.IsCompleted);
        gates.Leave("a");
        Assert.True(await third.WaitAsync(TimeSpan.FromSeconds(60)));
        gates.Leave("a");
        gates.Leave("a");
        gates.Leave("b");
        Assert.Equal(0, gates.Count);
    }

    [Fact]
    public async Task Who_waits_too_long_is_turned_away()
    {
        var gates = new UserGates(1, _clock);
        Assert.True(await gates.EnterAsync("a", default));
        var second = gates.EnterAsync("a", default).AsTask();
        _clock.Advance(UserGates.Patience);
        Assert.False(await second.WaitAsync(TimeSpan.FromSeconds(60)));
        gates.Leave("a");
        Assert.Equal(0, gates.Count);
        Assert.True(await gates.EnterAsync("a", default));
    }

    [Fact]
    public async Task Who_is_cancelled_waits_no_more_and_takes_no_place()
    {
        var gates = new UserGates(1, _clock);
        Assert.True(await gates.EnterAsync("a", default));
        using var cancel = new CancellationTokenSource();
        var second = gates.EnterAsync("a", cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gates.Leave("a");
        Assert.Equal(0, gates.Count);
    }

    [Fact]
    public async Task However_many_come_no_more_are_inside_than_may_be_and_none_is_forgotten()
    {
        var gates = new UserGates(3, TimeProvider.System);
        var inside = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                Assert.True(await gates.EnterAsync("a", default));
                var now = Interlocked.Increment(ref inside);
                Interlocked.Exchange(ref most, Math.Max(now, Volatile.Read(ref most)));
                Assert.InRange(now, 1, 3);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                gates.Leave("a");
            }
        })));
        Assert.Equal(3, most);
        Assert.Equal(0, gates.Count);
    }

    [Fact]
    public async Task No_limit_is_no_limit()
    {
        var gates = new UserGates(0, _clock);
        for (var i = 0; i < 100; i++)
            Assert.True(await gates.EnterAsync("a", default));
        gates.Leave("a");
    }
}
