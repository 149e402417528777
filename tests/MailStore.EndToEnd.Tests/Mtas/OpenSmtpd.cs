namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>OpenSMTPD: its <c>lmtp</c> action.</summary>
internal sealed class OpenSmtpd(MtaPackages packages, Transport transport) : Mta("opensmtpd", packages, transport)
{
    // its mail.lmtp ends with "try again" whatever the server says; the mail bounces when it is too old
    public override bool Bounces => false;

    protected override string Package => "opensmtpd";

    protected override string[] Command => ["/usr/sbin/smtpd", "-d", "-f", $"{Shared}/smtpd.conf"];

    protected override string? Bind => $"{Shared}/spool:/var/spool/smtpd {Shared}/run:/run";

    protected override IEnumerable<string> QueueFolders => [Path.Combine(Shared, "spool", "queue"), Path.Combine(Shared, "spool", "incoming")];

    protected override void Configure()
    {
        Directory.CreateDirectory(Path.Combine(Shared, "run"));
        Directory.CreateDirectory(Path.Combine(Shared, "spool"));
        File.SetUnixFileMode(Path.Combine(Shared, "spool"), (UnixFileMode)0x1C9); // 0711
        var to = Transport == Transport.Unix ? Socket : $"127.0.0.1:{LmtpPort}";
        Write("smtpd.conf", $$"""
            table users { "@" = vmail }
            listen on 127.0.0.1 port {{Port}} hostname mx.example.org
            smtp max-message-size 50M
            queue ttl 1h
            action "mailstore" lmtp "{{to}}" rcpt-to virtual <users>
            match from any for domain "example.org" action "mailstore"
            """ + "\n");
        File.SetUnixFileMode(Path.Combine(Shared, "smtpd.conf"), (UnixFileMode)0x180);
    }

    // by itself it waits for minutes before it tries again
    protected override Task RetryAsync() => RunAsync("/usr/sbin/smtpctl", "schedule", "all");
}
