using System.Net;
using System.Text;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>What all sessions of a server share.</summary>
internal sealed class LmtpService : IDisposable
{
    private readonly CancellationTokenSource _deliveries = new();
    private readonly LogThrottle _refusals;
    private readonly IReadOnlyList<ClientNetwork> _xforwardClients;
    private readonly IReadOnlyList<ClientNetwork> _xclientClients;

    /// <param name="options">Checked.</param>
    /// <param name="certificate">Null where TLS is not offered.</param>
    public LmtpService(LmtpOptions options, LmtpLimits limits, ServerCertificate? certificate, IDelivery delivery, ILogger logger, TimeProvider clock)
    {
        var hostName = options.Hostname.Length > 0 ? options.Hostname : Dns.GetHostName();
        Options = options;
        Limits = limits;
        Certificate = certificate;
        Delivery = delivery;
        Logger = logger;
        Clock = clock;
        Watchdog = new Watchdog(clock);
        Discards = new DiscardPace(clock, limits.Discarded);
        Connections = new ConnectionCounter(limits.Connections, limits.ConnectionsPerAddress);
        Recipients = new RecipientBudget(limits.RecipientsAtOnce);
        Greeting = Encoding.ASCII.GetBytes($"220 {hostName} LMTP MailStore ready\r\n");
        Announcement = new Announcement(hostName, options, limits);
        // as in RFC 1870, a configured 0 means no limit
        MaxMessageSize = options.MaxMessageSize.Bytes == 0 ? long.MaxValue : options.MaxMessageSize.Bytes;
        _refusals = new LogThrottle(TimeSpan.FromSeconds(10), clock);
        _xforwardClients = NetworksOf(options.XforwardClients);
        _xclientClients = NetworksOf(options.XclientClients);
    }

    public LmtpOptions Options { get; }

    public DiscardPace Discards { get; }

    public LmtpLimits Limits { get; }

    public ServerCertificate? Certificate { get; }

    public IDelivery Delivery { get; }

    public ILogger Logger { get; }

    public TimeProvider Clock { get; }

    public Watchdog Watchdog { get; }

    public ConnectionCounter Connections { get; }

    public RecipientBudget Recipients { get; }

    public byte[] Greeting { get; }

    public Announcement Announcement { get; }

    /// <summary>In octets with CR LF (RFC 1870, section 3).</summary>
    public long MaxMessageSize { get; }

    /// <summary>Cancelled when a shutdown has waited long enough. No client that goes away cancels a delivery.</summary>
    public CancellationToken DeliveriesCancelled => _deliveries.Token;

    public bool MayXforward(ClientInfo client) => _xforwardClients.Any(network => network.Holds(client.Peer));

    public bool MayXclient(ClientInfo client) => _xclientClients.Any(network => network.Holds(client.Peer));

    /// <summary>A flood of connections must not become one of the log.</summary>
    public void LogRefusal(ClientInfo client, byte[] reply)
    {
        var text = Encoding.ASCII.GetString(reply).TrimEnd();
        if (_refusals.MayLog(text, out _, out var untold))
            LmtpLog.ConnectionRefused(Logger, client.ConnectionId, client.Address, text, untold);
    }

    public void CancelDeliveries() => _deliveries.Cancel();

    /// <summary>Not the source of the token: a session that was cut off may still look at it, and it holds nothing.</summary>
    public void Dispose() => Watchdog.Dispose();

    private static ClientNetwork[] NetworksOf(IEnumerable<string> texts) =>
        [.. texts.Select(text => ClientNetwork.TryParse(text, out var network) ? network : throw new ArgumentException($"'{text}' is no network"))];
}
