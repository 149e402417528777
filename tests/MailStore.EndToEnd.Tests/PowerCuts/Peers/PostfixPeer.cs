using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MailStore.EndToEnd.Tests.Mtas;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.PowerCuts.Peers;

/// <summary>Postfix, which delivers by <c>virtual(8)</c>. Delivered is what its log says to be, and what is in its queue no more; the queue is outside of the disk.</summary>
internal sealed partial class PostfixPeer(CutDisk disk, MtaPackages packages) : Peer(disk, packages)
{
    protected override string Package => "postfix";

    protected override string Log => Path.Combine(Shared, "mail.log");

    protected override string Command => $"chown postfix {Shared}/data && exec postfix -c {Shared}/etc start-fg";

    public override Task LoadAsync(Ledger ledger, int seed, CancellationToken end) =>
        Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => SendAsync(ledger, new Random(seed + number), end), CancellationToken.None)));

    public override void NoteAcknowledged(Ledger ledger)
    {
        if (!File.Exists(Log))
            return;
        var log = File.ReadAllText(Log);
        var queued = Directory.EnumerateFiles(Path.Combine(Shared, "spool"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToHashSet();
        var ids = HasId().Matches(log).DistinctBy(match => match.Groups["queue"].Value).ToDictionary(match => match.Groups["queue"].Value, match => match.Groups["id"].Value);
        foreach (Match match in IsSent().Matches(log))
        {
            if (!queued.Contains(match.Groups["queue"].Value) && ledger.Find(ids.GetValueOrDefault(match.Groups["queue"].Value, ""), match.Groups["user"].Value) is { } mail)
                mail.IsAcknowledged = true;
        }
    }

    protected override void Configure(Ledger ledger)
    {
        foreach (var folder in (string[])["spool", "data"])
        {
            if (Directory.Exists(Path.Combine(Shared, folder)))
                Directory.Delete(Path.Combine(Shared, folder), recursive: true);
            Directory.CreateDirectory(Path.Combine(Shared, folder));
        }

        File.Delete(Log);
        Write("etc/virtual", string.Concat(Users.Select(user => $"{user} {user}/Maildir/\n")));
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
            virtual_transport = virtual
            virtual_mailbox_base = {Store}
            virtual_mailbox_maps = texthash:{Shared}/etc/virtual
            virtual_mailbox_limit = 0
            virtual_minimum_uid = 1
            virtual_uid_maps = static:{Owner}
            virtual_gid_maps = static:{Owner}
            local_header_rewrite_clients =
            in_flow_delay = 0
            message_size_limit = 0
            line_length_limit = 1000000

            """);
        Write("etc/master.cf", string.Create(CultureInfo.InvariantCulture, $"""
            127.0.0.1:{Port} inet n - n - - smtpd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 1 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            virtual unix - n n - - virtual
            error unix - - n - - error
            retry unix - - n - - error
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd

            """));
    }

    private async Task SendAsync(Ledger ledger, Random random, CancellationToken end)
    {
        try
        {
            await using var client = await LmtpClient.ConnectRawAsync(new IPEndPoint(IPAddress.Loopback, Port), end);
            await client.ReadReplyAsync(end);
            await client.CommandAsync("EHLO client.example.net", end);
            while (true)
            {
                var mail = ledger.Note([Users[random.Next(Users.Count)]], random.Next(300, 8000), out var content)[0];
                await client.SendMailAsync("sender@example.net", [mail.User], content, end);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // it was killed
        }
    }

    [GeneratedRegex(@"cleanup\[\d+\]: (?<queue>\w+): message-id=<(?<id>\w+)>")]
    private static partial Regex HasId();

    [GeneratedRegex(@"virtual\[\d+\]: (?<queue>\w+): to=<(?<user>[^>]+)>.* status=sent ")]
    private static partial Regex IsSent();
}
