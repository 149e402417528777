namespace MailStore.Host.Lmtp;

/// <summary>
/// How fast a mail comes: RFC 5321, 4.5.3.2.5 alone lets a client hold a session for years with a byte now and then. Counts the time only that is spent on waiting for the client.
/// </summary>
/// <remarks>A mutable struct: keep it in a field or local, never in a copy.</remarks>
internal struct Pace(TimeSpan dataTimeout, long minRate)
{
    private TimeSpan _waited;
    private long _received;

    /// <summary>How long the next piece may be waited for: the timeout, but no longer than a client at the slowest rate would be behind by the timeout.</summary>
    public readonly TimeSpan Patience
    {
        get
        {
            if (minRate == 0)
                return dataTimeout;
            var left = dataTimeout + TimeSpan.FromSeconds((double)_received / minRate) - _waited;
            return left < TimeSpan.Zero ? TimeSpan.Zero : left < dataTimeout ? left : dataTimeout;
        }
    }

    public void Count(TimeSpan waited, long received)
    {
        _waited += waited;
        _received += received;
    }
}
