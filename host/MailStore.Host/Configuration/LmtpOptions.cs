using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>The table <c>[lmtp]</c>.</summary>
internal sealed class LmtpOptions
{
    [Description("where the server listens: \"host:port\", \"[::1]:port\" or \"unix:/path/to/socket\"")]
    [MinLength(1)]
    public List<string> Listen { get; set; } = ["127.0.0.1:2424"];

    [Description("allow 'listen' addresses that others than this machine reach; LMTP knows no passwords")]
    public bool AllowRemote { get; set; }

    [Description("the name that the server gives itself in its greeting and in Received; empty: the machine's")]
    [RegularExpression("^[A-Za-z0-9.-]*$", ErrorMessage = "letters, digits, dots and hyphens")]
    [StringLength(255)]
    public string Hostname { get; set; } = "";

    [Description("the largest mail that is taken (RFC 1870)")]
    public ByteSize MaxMessageSize { get; set; } = ByteSize.Parse("50M");

    [Description("at most this many connections at once; those beyond are told 421")]
    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 5000;

    [Description("at most this many connections at once from one IP address; Unix sockets count in 'max_connections' only")]
    [Range(1, 100_000)]
    public int MaxConnectionsPerAddress { get; set; } = 4000;

    [Description("at most this many recipients of one mail; those beyond are told 452, and the MTA sends the mail to them again (RFC 5321 wants 100)")]
    [Range(1, 100_000)]
    public int MaxRecipients { get; set; } = 2000;

    [Description("at most this many recipients at once in all connections, from RCPT to the end of their mail, which bounds the memory for them; those beyond are told 452")]
    [Range(100, 100_000_000)]
    public int MaxRecipientsAtOnce { get; set; } = 100_000;

    [Description("at most this many mails in one connection, then 421; 0: no limit")]
    [Range(0, 1_000_000_000)]
    public int MaxMails { get; set; }

    [Description("at most this many commands in a connection between one mail and the next, then 421")]
    [Range(10, 1_000_000)]
    public int MaxCommands { get; set; } = 10_000;

    [Description("at most this many commands that are wrong in a connection between one mail and the next, then 421; unknown users do not count")]
    [Range(1, 1_000_000)]
    public int MaxErrors { get; set; } = 100;

    [Description("the longest line of a command in bytes; lines of mails may be of any length")]
    [Range(1024, 65_536)]
    public int MaxCommandLine { get; set; } = 4096;

    [Description("how long the next command is waited for, up to its end (RFC 5321, 4.5.3.2.7)")]
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(5);

    [Description("how long the next piece of a mail is waited for (RFC 5321, 4.5.3.2.5)")]
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DataTimeout { get; set; } = TimeSpan.FromMinutes(3);

    [Description("how long a client may take to accept replies")]
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReplyTimeout { get; set; } = TimeSpan.FromMinutes(3);

    [Description("how long commands are waited for in all, between one mail and the next")]
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromMinutes(30);

    [Description("the slowest that a mail may come, in bytes a second on average: a client that is behind it by more than 'data_timeout' is told 421; 0: no limit")]
    public ByteSize MinDataRate { get; set; } = new(128);

    [Description("how long the deliveries of one mail may take, before those that are not over are cancelled and told 451; below the MTA's patience (Postfix: lmtp_data_done_timeout, 600s)")]
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromMinutes(9);

    [Description("what separates user and detail in a local part ('alice+lists'); empty: nothing does")]
    public string RecipientDelimiter { get; set; } = "+";

    [Description("the mode of Unix sockets, octal")]
    [RegularExpression("^0?[0-7]{3}$", ErrorMessage = "three octal digits, as 0660")]
    public string SocketMode { get; set; } = "0660";

    [Description("whom Unix sockets are given to: \"user\", \"user:group\" or \":group\", by name or number; empty: the server's own. Only root can give them to another user: else set a group that the server's user is in, or let systemd open the socket (SocketUser= in mailstore.socket)")]
    public string SocketOwner { get; set; } = "";

    [Description("the group of Unix sockets, by name or number, as \":group\" in 'socket_owner'; empty: the server's own")]
    public string SocketGroup { get; set; } = "";

    [Description("the certificate for STARTTLS, in PEM, followed by those between it and the root; empty: no TLS. Read anew when it changes")]
    public string TlsCertificate { get; set; } = "";

    [Description("the private key of the certificate, in PEM, without a password; empty: it is in the same file. No others may read it")]
    public string TlsKey { get; set; } = "";

    [Description("refuse mails over TCP without TLS; Unix sockets have none, and 'mailstore deliver' needs one then")]
    public bool TlsRequired { get; set; }

    [Description("offer DSN (RFC 3461), so that the MTA tells the original recipient and envelope id for headers and log; reports of success are then never sent, since the MTA leaves them to this server")]
    public bool Dsn { get; set; }

    [Description("clients that may tell by XFORWARD where they got a mail from, and the id of their queue: IP addresses, networks (192.0.2.0/24), or unix for Unix sockets")]
    public List<string> XforwardClients { get; set; } = [];

    [Description("clients that may speak for others by XCLIENT, written in the same way")]
    public List<string> XclientClients { get; set; } = [];
}
