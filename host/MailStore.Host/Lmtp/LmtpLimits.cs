namespace MailStore.Host.Lmtp;

/// <summary>What one client may ask of the server, and how long anything is waited for.</summary>
internal sealed record LmtpLimits
{
    public static readonly LmtpLimits Default = new();

    /// <summary>RFC 5321, 4.5.3.1.4 wants 512 octets, and more for extensions and UTF-8.</summary>
    public int CommandLine { get; init; } = 4096;

    /// <summary>In bytes a second, over all connections: see <see cref="DiscardPace"/>.</summary>
    public long Discarded { get; init; } = 16 << 20;

    /// <summary>RFC 5321, 4.5.3.1.8 wants 100 at least.</summary>
    public int Recipients { get; init; } = 2000;

    /// <summary>For the next command: RFC 5321, 4.5.3.2.7.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For the next piece of data: RFC 5321, 4.5.3.2.5.</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For the client to take its replies.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>At shutdown: how long a client in a transaction may take to get to its data.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>At shutdown: how long transactions under way are waited for before their deliveries are cancelled.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After that: how long the replies of cancelled deliveries are waited for before connections are cut.</summary>
    public TimeSpan AbortTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
