using CsCheck;
using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

public sealed class DurationTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("250ms", 250)]
    [InlineData("1d", 86_400_000)]
    [InlineData(" 1d 2h 3m 4s 5ms ", 93_784_005)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("0s", 0)]
    public void Is_read_as_administrators_write_it(string text, long milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5x")]
    [InlineData("5ss")]
    [InlineData("30m1h")]
    [InlineData("1s1s")]
    [InlineData("1,5h")]
    [InlineData(".5h")]
    [InlineData("1..5h")]
    [InlineData("00:10:00")]
    [InlineData("10675200d")]
    [InlineData("99999999999999999999999999999999d")]
    [InlineData("10675199d2h48m5s478ms")]
    public void Anything_else_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void Its_text_is_read_back_as_the_same_duration() =>
        Gen.Long[0, long.MaxValue].Sample(ticks => Duration.TryParse(Duration.Format(new TimeSpan(ticks)), out var duration) && duration.Ticks == ticks);

    [Fact]
    public void Its_text_is_short()
    {
        Assert.Equal("1h30m", Duration.Format(TimeSpan.FromMinutes(90)));
        Assert.Equal("0s", Duration.Format(TimeSpan.Zero));
        Assert.Equal("1m0.5ms", Duration.Format(TimeSpan.FromMinutes(1) + TimeSpan.FromMicroseconds(500)));
    }

    [Fact]
    public void Garbage_is_refused_or_a_duration_and_never_thrown() =>
        Gen.String[Gen.Char["0123456789.dhms -+"], 0, 40].Sample(text => !Duration.TryParse(text, out var duration) || duration >= TimeSpan.Zero);
}
