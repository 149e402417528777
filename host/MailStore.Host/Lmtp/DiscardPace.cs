namespace MailStore.Host.Lmtp;

/// <summary>
/// How fast is read what is only thrown away (the rest of a line that is too long, or of a mail that is too large), over all connections together: clients who
/// send it without an end would else get all of the processor. Safe for concurrent use.
/// </summary>
/// <remarks>They are made to wait rather than cut off: they would come again at once, and one who can be reasoned with gets to his reply.</remarks>
internal sealed class DiscardPace(TimeProvider clock, long bytesPerSecond)
{
    private long _until;

    /// <summary>Waits until these bytes have had their time, behind all that came before.</summary>
    public Task WaitAsync(long bytes, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamp();
        var cost = (long)((double)bytes / bytesPerSecond * clock.TimestampFrequency);
        long seen, until;
        do
        {
            seen = Volatile.Read(ref _until);
            until = Math.Max(seen, now) + cost;
        }
        while (Interlocked.CompareExchange(ref _until, until, seen) != seen);
        return Task.Delay(clock.GetElapsedTime(now, until), clock, cancellationToken);
    }
}
