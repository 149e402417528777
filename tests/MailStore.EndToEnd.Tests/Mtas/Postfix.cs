namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>Postfix: <c>lmtp(8)</c>, or <c>pipe(8)</c> with <c>mailstore deliver</c>.</summary>
internal sealed class Postfix(MtaPackages packages, Transport transport) : Mta("postfix", packages, transport)
{
    /// <summary>What the pipe transport runs: program and arguments before those of <c>deliver</c>.</summary>
    public string PipedProgram { get; set; } = "";

    /// <summary>Recipients whose mail goes another way than the transport says, as <c>lmtp:inet:127.0.0.1:2424</c>.</summary>
    public IReadOnlyList<(string Recipient, string Route)> Routes { get; set; } = [];

    protected override string Package => "postfix";

    // only there, where ROOT lies over the machine's files, its user surely has a number
    protected override string[] Command => ["sh", "-c", $"chown postfix {Shared}/data && exec postfix -c {Shared}/etc start-fg"];

    protected override IEnumerable<string> QueueFolders => new[] { "maildrop", "incoming", "active", "deferred" }.Select(queue => Path.Combine(Shared, "spool", queue));

    protected override void Configure()
    {
        foreach (var folder in (string[])["etc", "spool", "data"])
            Directory.CreateDirectory(Path.Combine(Shared, folder));
        var to = Transport switch
        {
            Transport.Unix => $"lmtp:unix:{Socket}",
            Transport.Tcp => $"lmtp:inet:127.0.0.1:{LmtpPort}",
            _ => "mailstore:",
        };
        Write("etc/main.cf", $"""
            compatibility_level = 3.6
            queue_directory = {Shared}/spool
            data_directory = {Shared}/data
            maillog_file = {Shared}/mail.log
            maillog_file_prefixes = {Shared}
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = mx.example.org
            mydestination =
            alias_maps =
            local_recipient_maps =
            mynetworks = 127.0.0.0/8
            virtual_mailbox_domains = example.org
            virtual_transport = {to}
            transport_maps = texthash:{Shared}/etc/transport
            # a mail and its recipients in one go, as the tests send it
            lmtp_destination_recipient_limit = 50
            mailstore_destination_recipient_limit = 1
            lmtp_send_xforward_command = yes
            # lines as they are
            lmtp_line_length_limit = 0
            smtpd_client_connection_count_limit = 0
            smtpd_timeout = 60s
            minimal_backoff_time = 1s
            maximal_backoff_time = 2s
            queue_run_delay = 1s
            message_size_limit = 0
            virtual_mailbox_limit = 0
            message_drop_headers =
            local_header_rewrite_clients =
            line_length_limit = 1000000
            smtputf8_enable = yes
            """);
        Write("etc/transport", string.Concat(Routes.Select(route => $"{route.Recipient} {route.Route}\n")));
        Write("etc/master.cf", $"""
            127.0.0.1:{Port} inet n - n - - smtpd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 1 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            flush unix n - n 1000 0 flush
            proxymap unix - - n - - proxymap
            lmtp unix - - n - - lmtp
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            postlog unix-dgram n - n - 1 postlogd
            mailstore unix - n n - 10 pipe
              flags= user=vmail argv={PipedProgram} -f $sender $recipient
            """ + "\n");
    }

    protected override Task RetryAsync() => Task.CompletedTask;
}
