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
        // cancelled, or just about to be: never the next mail's, and disposed by the one who cancels it
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
        _ = CancelAsync(source!);
    }

    public void Dispose() => _source?.Dispose();

    private static async Task CancelAsync(CancellationTokenSource source)
    {
        // on threads of the pool: what waits for it may be a module's
        await source.CancelAsync();
        // it hangs on the service's own, which lives as long as the server
        source.Dispose();
    }
}
