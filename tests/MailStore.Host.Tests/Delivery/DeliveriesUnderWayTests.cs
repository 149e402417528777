using MailStore.Host.Delivery;

namespace MailStore.Host.Tests.Delivery;

public sealed class DeliveriesUnderWayTests
{
    private readonly DeliveriesUnderWay _all = new();

    [Fact]
    public async Task Those_that_have_begun_are_waited_for_and_later_ones_are_not()
    {
        var first = _all.Begin("a");
        var second = _all.Begin("a");
        using var other = _all.Begin("b");
        var passed = _all.PassAsync("a", default);
        using var later = _all.Begin("a");
        first.Dispose();
        Assert.False(passed.IsCompleted);
        second.Dispose();
        await passed.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Where_none_is_under_way_nobody_waits()
    {
        Assert.True(_all.PassAsync("a", default).IsCompletedSuccessfully);
        _all.Begin("a").Dispose();
        Assert.True(_all.PassAsync("a", default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_waits_can_be_cancelled()
    {
        using var ticket = _all.Begin("a");
        using var cancel = new CancellationTokenSource();
        var passed = _all.PassAsync("a", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => passed);
    }
}
