using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class RehearsalTests
{
    [Fact]
    public async Task It_comes_as_far_as_the_end_of_a_mail_and_stores_none()
    {
        var replies = await Rehearsal.PlayAsync(CancellationToken.None);
        Assert.Contains("\r\n354 ", replies, StringComparison.Ordinal);
        Assert.Contains("\r\n451 4.3.0 ", replies, StringComparison.Ordinal);
        Assert.Contains("\r\n221 ", replies, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_ended_says_nothing_and_does_not_fail() => Assert.Null(await Rehearsal.PlayAsync(new CancellationToken(canceled: true)));
}
