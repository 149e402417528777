namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>Exim: the <c>lmtp</c> transport over a Unix socket, the <c>smtp</c> transport with <c>protocol = lmtp</c> and BDAT over TCP, or <c>pipe</c>.</summary>
internal sealed class Exim(MtaPackages packages, Transport transport) : Mta("exim", packages, transport)
{
    protected override string Package => "exim4-daemon-light";

    protected override string[] Command => ["/usr/sbin/exim4", "-bdf", "-q1s"];

    // where it was built to look for it: with -C it gives up being root
    protected override string? Bind => $"{Shared}/etc:/etc/exim4";

    protected override IEnumerable<string> QueueFolders => [Path.Combine(Shared, "spool", "input")];

    protected override void Configure()
    {
        Directory.CreateDirectory(Path.Combine(Shared, "etc"));
        foreach (var folder in (string[])["spool", "log"])
        {
            Directory.CreateDirectory(Path.Combine(Shared, folder));
            File.SetUnixFileMode(Path.Combine(Shared, folder), (UnixFileMode)0x1FF);
        }

        var to = Transport == Transport.Unix
            ? $"driver = lmtp\n  socket = {Socket}\n  batch_max = 50\n  user = vmail"
            : $"driver = smtp\n  protocol = lmtp\n  hosts = 127.0.0.1\n  port = {LmtpPort}\n  hosts_override\n  allow_localhost\n  hosts_try_chunking = *\n  message_linelength_limit = 10000000\n  hosts_try_fastopen =";
        Write("etc/exim4.conf", $"""
            primary_hostname = mx.example.org
            spool_directory = {Shared}/spool
            log_file_path = {Shared}/log/%slog
            exim_user = Debian-exim
            exim_group = Debian-exim
            local_interfaces = 127.0.0.1
            daemon_smtp_ports = {Port}
            tls_advertise_hosts =
            host_lookup =
            rfc1413_hosts =
            acl_smtp_rcpt = accept
            acl_smtp_data = accept
            smtp_accept_max = 0
            smtp_accept_reserve = 0
            # mails as they are
            return_path_remove = false
            delivery_date_remove = false
            envelope_to_remove = false
            accept_8bitmime = true
            add_environment =
            keep_environment =
            queue_run_max = 5
            split_spool_directory = false
            check_spool_space = 0
            check_spool_inodes = 0
            log_selector = +received_recipients
            begin routers
            mailstore:
              driver = accept
              transport = to_mailstore
            begin transports
            to_mailstore:
              {to}
              retry_use_local_part
            begin retry
            * * F,1h,1s
            """ + "\n");
        // exim refuses a configuration that others may write
        File.SetUnixFileMode(Path.Combine(Shared, "etc", "exim4.conf"), (UnixFileMode)0x1A4);
    }

    protected override Task RetryAsync() => Task.CompletedTask;
}
