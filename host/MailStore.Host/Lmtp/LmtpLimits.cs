using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Lmtp;

/// <summary>What one client may ask of the server, and how long anything is waited for.</summary>
internal sealed record LmtpLimits
{
    private static readonly LmtpOptions Defaults = new();

    public static readonly LmtpLimits Default = new();

    /// <summary>At once.</summary>
    public int Connections { get; init; } = Defaults.MaxConnections;

    /// <summary>At once, from one IP address.</summary>
    public int ConnectionsPerAddress { get; init; } = Defaults.MaxConnectionsPerAddress;

    /// <summary>RFC 5321, 4.5.3.1.4 wants 512 octets, and more for extensions and UTF-8.</summary>
    public int CommandLine { get; init; } = Defaults.MaxCommandLine;

    /// <summary>In bytes a second, over all connections: see <see cref="DiscardPace"/>.</summary>
    public long Discarded { get; init; } = 16 << 20;

    /// <summary>RFC 5321, 4.5.3.1.8 wants 100 at least.</summary>
    public int Recipients { get; init; } = Defaults.MaxRecipients;

    /// <summary>In all connections.</summary>
    public int RecipientsAtOnce { get; init; } = Defaults.MaxRecipientsAtOnce;

    /// <summary>In one connection; 0 for no limit.</summary>
    public int Mails { get; init; } = Defaults.MaxMails;

    /// <summary>Since the last mail.</summary>
    public int Commands { get; init; } = Defaults.MaxCommands;

    /// <summary>Since the last mail.</summary>
    public int Errors { get; init; } = Defaults.MaxErrors;

    /// <summary>For the next command, up to its end: RFC 5321, 4.5.3.2.7.</summary>
    public TimeSpan CommandTimeout { get; init; } = Defaults.CommandTimeout;

    /// <summary>For all commands since the last mail.</summary>
    public TimeSpan SessionTimeout { get; init; } = Defaults.SessionTimeout;

    /// <summary>For the next piece of data: RFC 5321, 4.5.3.2.5.</summary>
    public TimeSpan DataTimeout { get; init; } = Defaults.DataTimeout;

    /// <summary>In bytes a second; 0 for no limit.</summary>
    public long MinDataRate { get; init; } = Defaults.MinDataRate.Bytes;

    /// <summary>For the client to take its replies.</summary>
    public TimeSpan WriteTimeout { get; init; } = Defaults.ReplyTimeout;

    /// <summary>For the deliveries of one mail.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = Defaults.DeliveryTimeout;

    /// <summary>For the client to bring a TLS handshake to its end.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After a session that was ended here: how long what the client still sends is thrown away, so that it gets to see the last reply.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>At shutdown: how long a client in a transaction may take to get to its data, or one in a TLS handshake to end it.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>At shutdown: how fast data must come, on average, in bytes a second; a client that is behind by more than <see cref="DrainTimeout"/> is told 421.</summary>
    public long DrainRate { get; init; } = 16 << 10;

    /// <summary>At shutdown: how long a client that has brought no mail yet may be silent before it begins its first.</summary>
    public TimeSpan FirstMailTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>At shutdown: how long a client whose mail was answered just now may take to say QUIT.</summary>
    public TimeSpan FarewellTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>At shutdown: how long transactions under way are waited for before their deliveries are cancelled.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After that: how long the replies of cancelled deliveries are waited for before connections are cut. One that is past its commit point takes the boundary's grace to be
    /// stored, and its reply must still get out.
    /// </summary>
    public TimeSpan AbortTimeout { get; init; } = CallTimes.LongestGrace + TimeSpan.FromSeconds(1);

    public static LmtpLimits From(LmtpOptions options) => new()
    {
        Connections = options.MaxConnections,
        ConnectionsPerAddress = options.MaxConnectionsPerAddress,
        CommandLine = options.MaxCommandLine,
        Recipients = options.MaxRecipients,
        RecipientsAtOnce = options.MaxRecipientsAtOnce,
        Mails = options.MaxMails,
        Commands = options.MaxCommands,
        Errors = options.MaxErrors,
        CommandTimeout = options.CommandTimeout,
        SessionTimeout = options.SessionTimeout,
        DataTimeout = options.DataTimeout,
        MinDataRate = options.MinDataRate.Bytes,
        WriteTimeout = options.ReplyTimeout,
        DeliveryTimeout = options.DeliveryTimeout,
    };
}
