namespace MailStore.S3.Delivery;

/// <summary>
/// What is left of a cancellation behind the commit point: the request that decides is on its way, and is waited for a little while, since its true
/// result is worth more than an early answer.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly ITimer _timer;

    public Patience(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        _timer = clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), _source, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registration = cancellationToken.Register(() => _timer.Change(time, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Cancelled when nothing is waited for any longer.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
        // not the source: the timer may be running at this moment, and holds nothing that must be freed
    }
}
