using System.Globalization;
using System.Text;
using MailStore.Host.Delivery;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>What all sessions of a server share.</summary>
internal sealed class LmtpService(string hostName, long maxMessageSize, IDelivery delivery, LmtpLimits limits, ILogger logger, TimeProvider clock)
    : IDisposable
{
    private readonly CancellationTokenSource _deliveries = new();

    public Watchdog Watchdog { get; } = new(clock);

    public DiscardPace Discards { get; } = new(clock, limits.Discarded);

    public IDelivery Delivery => delivery;

    public LmtpLimits Limits => limits;

    public ILogger Logger => logger;

    public TimeProvider Clock => clock;

    /// <summary>In octets with CR LF (RFC 1870, section 3). As there, a configured 0 means no limit.</summary>
    public long MaxMessageSize { get; } = maxMessageSize == 0 ? long.MaxValue : maxMessageSize;

    /// <summary>Cancelled when a shutdown has waited long enough. No client that goes away cancels a delivery.</summary>
    public CancellationToken DeliveriesCancelled => _deliveries.Token;

    public byte[] Greeting { get; } = Encoding.ASCII.GetBytes($"220 {hostName} LMTP MailStore ready\r\n");

    /// <summary>RFC 2033, 4.1; RFC 2920, RFC 6152, RFC 6531, RFC 2034, RFC 1870.</summary>
    public byte[] Capabilities { get; } = Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"250-{hostName}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {maxMessageSize}\r\n"));

    public void CancelDeliveries() => _deliveries.Cancel();

    /// <summary>Not the source of the token: a session that was cut off may still look at it, and it holds nothing.</summary>
    public void Dispose() => Watchdog.Dispose();
}
