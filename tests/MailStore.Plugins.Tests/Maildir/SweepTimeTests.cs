using MailStore.Maildir.Delivery;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class SweepTimeTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void A_sweep_is_due_once_a_day_also_after_a_clock_that_was_years_ahead_is_set_right()
    {
        var state = new PlaceState();
        var now = new DateTimeOffset(2026, 11, 26, 3, 0, 0, TimeSpan.Zero);
        Assert.True(state.IsSweepDue(now, Day));
        Assert.False(state.IsSweepDue(now.AddHours(23), Day));
        Assert.True(state.IsSweepDue(now.AddYears(9), Day));
        Assert.True(state.IsSweepDue(now.AddHours(24), Day));
        Assert.False(state.IsSweepDue(now.AddHours(25), Day));
    }
}
