using MailStore.Host.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Delivery;

public sealed class DeliveriesUnderWayTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(76);

    private readonly DeliveriesUnderWay _all = new();
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Those_that_have_begun_are_waited_for_and_later_ones_are_not()
    {
        var first = _all.Begin("a");
        var second = _all.Begin("a");
        using var other = _all.Begin("b");
        var passed = PassAsync("a");
        using var later = _all.Begin("a");
        first.Dispose();
        Assert.False(passed.IsCompleted);
        second.Dispose();
        await passed.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Where_none_is_under_way_nobody_waits()
    {
        Assert.True(PassAsync("a").IsCompletedSuccessfully);
        _all.Begin("a").Dispose();
        Assert.True(PassAsync("a").IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_waits_can_be_cancelled()
    {
        using var ticket = _all.Begin("a");
        using var cancel = new CancellationTokenSource();
        var passed = PassAsync("a", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => passed);
    }

    [Fact]
    public async Task One_that_never_ends_is_waited_for_so_long_and_told()
    {
        using var stuck = _all.Begin("a");
        var passed = PassAsync("a");
        Assert.True(stuck.IsAwaited);
        _clock.Advance(Limit);
        Assert.Equal(1, await passed.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.False(stuck.IsAwaited);
        Assert.True(stuck.IsGivenUp);
    }

    [Fact]
    public async Task One_that_a_mover_will_wait_for_counts_as_awaited_from_the_start()
    {
        using var ticket = _all.Begin("a");
        Assert.False(ticket.IsAwaited);
        var mover = _all.Expect("a");
        Assert.True(ticket.IsAwaited);
        mover.Dispose();
        Assert.False(ticket.IsAwaited);

        using var next = _all.Expect("a");
        var passed = PassAsync("a");
        // who comes now knows the new place
        using var later = _all.Begin("a");
        Assert.True(ticket.IsAwaited);
        Assert.False(later.IsAwaited);
        ticket.Dispose();
        Assert.Equal(0, await passed.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private Task<int> PassAsync(string user, CancellationToken cancellationToken = default) => _all.PassAsync(user, Limit, _clock, cancellationToken);
}
