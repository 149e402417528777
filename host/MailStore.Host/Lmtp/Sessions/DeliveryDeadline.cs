namespace MailStore.Host.Lmtp;

/// <summary>
/// Cancels the deliveries of a mail before the client's patience ends, or with the server's shutdown. One a session, for one mail at a time: nothing is
/// made for each mail, since hardly any gets that far.
/// </summary>
internal sealed class DeliveryDeadline(LmtpService service) : IDisposable
{
    private const long Never = long.MaxValue;

    private CancellationTokenSource? _source;
    private long _until = Never;

    /// <summary>The deliveries of a mail begin.</summary>
    public CancellationToken Begin()
    {
        _source ??= CancellationTokenSource.CreateLinkedTokenSource(service.DeliveriesCancelled);
        var clock = service.Clock;
        Volatile.Write(ref _until, clock.GetTimestamp() + (long)(service.Limits.DeliveryTimeout.TotalSeconds * clock.TimestampFrequency));
        return _source.Token;
    }

    /// <summary>They are over.</summary>
    /// <returns>Whether they were in time.</returns>
    public bool End()
    {
        if (Interlocked.Exchange(ref _until, Never) != Never)
            return true;
        // cancelled, or just about to be: never the next mail's
        _source = null;
        return false;
    }

    /// <summary>Called by the <see cref="Watchdog"/>.</summary>
    public void Check(long now)
    {
        var until = Volatile.Read(ref _until);
        var source = _source;
        if (now < until || Interlocked.CompareExchange(ref _until, Never, until) != until)
            return;
        // on threads of the pool: what waits for it may be a module's
        _ = source?.CancelAsync();
    }

    public void Dispose() => _source?.Dispose();
}
