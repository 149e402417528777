using MailStore.Host.Configuration;
using MailStore.Host.Lmtp;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Lmtp;

public sealed class DeliveryDeadlineTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly LmtpService _service;

    public DeliveryDeadlineTests() =>
        _service = new LmtpService(new LmtpOptions(), LmtpLimits.Default, null, new FakeDelivery(), new ListLogger(), _clock);

    public void Dispose() => _service.Dispose();

    [Fact]
    public void A_mail_that_is_over_in_time_costs_the_next_one_nothing()
    {
        using var deadline = new DeliveryDeadline(_service);
        var first = deadline.Begin();
        Assert.True(deadline.End());
        Check(deadline);
        Assert.Equal(first, deadline.Begin());
        Assert.False(first.IsCancellationRequested);
    }

    [Fact]
    public async Task What_a_mail_that_ran_out_of_time_was_cancelled_by_is_given_back_and_is_not_the_next_mails()
    {
        using var deadline = new DeliveryDeadline(_service);
        var late = deadline.Begin();
        Check(deadline);
        await Eventually.IsTrueAsync(() => late.IsCancellationRequested, "cancelled");
        Assert.False(deadline.End());
        Assert.False(deadline.Begin().IsCancellationRequested);
        // else each such mail would leave something behind for as long as the server runs
        await Eventually.IsTrueAsync(() => IsDisposed(late), "given back");
    }

    private void Check(DeliveryDeadline deadline)
    {
        _clock.Advance(LmtpLimits.Default.DeliveryTimeout);
        deadline.Check(_clock.GetTimestamp());
    }

    private static bool IsDisposed(CancellationToken token)
    {
        try
        {
            return token.WaitHandle is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
