using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace MailStore.Benchmarks.Server;

/// <summary>
/// Postfix with a private configuration and queue, which takes mail by SMTP and stores it by <c>virtual(8)</c>, tuned as an administrator would: no limit for a client, no delay, no
/// look-ups. Other than an LMTP server it syncs the queue file before it replies, and stores after that.
/// </summary>
internal sealed class PostfixVirtual : ILoadedServer
{
    private const int Nobody = 65534;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] UnderWay = ["maildrop", "incoming", "active"];

    private readonly Process _process;
    private readonly string _queue;
    private int _deferred;

    private PostfixVirtual(int port, Process process, string queue)
    {
        (Port, _process, _queue) = (port, process, queue);
        Processes = new ProcessTree(process.Id);
    }

    /// <summary>Whether it is installed and may be used: only root can start it.</summary>
    public static bool Exists => File.Exists("/usr/lib/postfix/sbin/virtual") && File.Exists("/usr/sbin/postfix") && Environment.UserName == "root";

    public string Name => "postfix virtual";

    public int Port { get; }

    public ProcessTree Processes { get; }

    public bool IsQueueing => true;

    public static async Task<PostfixVirtual> StartAsync(string folder, int users)
    {
        var port = MailStoreServer.FreePort();
        foreach (var name in (string[])["etc", "queue", "data", "mail"])
            Directory.CreateDirectory(Path.Combine(folder, name));
        await Command.RunAsync("chown", "postfix", Path.Combine(folder, "data"));
        await Command.RunAsync("chown", $"{Nobody}:{Nobody}", Path.Combine(folder, "mail"));
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "main.cf"), MainFile(folder));
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "master.cf"), MasterFile(port));
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "virtual"), string.Concat(Enumerable.Range(0, users).Select(user => $"user{user}@example.test user{user}/Maildir/\n")));
        // in the foreground: below it is its master process
        var process = Process.Start("/bin/sh", ["-c", "exec /usr/sbin/postfix -c \"$0/etc\" start-fg </dev/null >\"$0/output\" 2>&1", folder]);
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", port);
                return new PostfixVirtual(port, process, Path.Combine(folder, "queue"));
            }
            catch (SocketException e)
            {
                if (process.HasExited || watch.Elapsed > Patience)
                    throw new InvalidOperationException($"Postfix does not start: {await File.ReadAllTextAsync(Path.Combine(folder, "output"))}", e);
            }
        }
    }

    public async Task<long> SettleAsync()
    {
        for (var watch = Stopwatch.StartNew(); Count(UnderWay) > 0 && watch.Elapsed < Patience;)
            await Task.Delay(5);
        // it would try those later; here they are lost
        var before = _deferred;
        _deferred = Count("deferred");
        return Count(UnderWay) + Math.Max(_deferred - before, 0);
    }

    public async ValueTask DisposeAsync()
    {
        // a script stands before the master process, and would leave it and its children behind
        var all = Processes.All();
        using (var kill = Process.Start("/bin/kill", ["-TERM", .. all.Select(id => $"{id}")]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        for (var watch = Stopwatch.StartNew(); all.Any(HoldsFiles) && watch.Elapsed < Patience;)
            await Task.Delay(20);
        _process.Dispose();
    }

    /// <summary>One that has ended and waits for its parent has no command line any more.</summary>
    private static bool HoldsFiles(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private int Count(params string[] queues) => queues.Select(queue => new DirectoryInfo(Path.Combine(_queue, queue))).Where(queue => queue.Exists)
        .Sum(queue => queue.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Count());

    private static string MainFile(string folder) => $"""
        compatibility_level = 3.6
        queue_directory = {folder}/queue
        data_directory = {folder}/data
        maillog_file = {folder}/log
        maillog_file_prefixes = {folder}
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = mx.example.test
        mydestination =
        alias_maps =
        local_recipient_maps =
        mynetworks = 127.0.0.0/8
        disable_dns_lookups = yes
        smtpd_peername_lookup = no
        smtpd_relay_restrictions =
        smtpd_recipient_restrictions = permit_mynetworks, reject
        smtpd_client_connection_count_limit = 0
        smtpd_client_connection_rate_limit = 0
        smtputf8_enable = no
        message_size_limit = 0
        in_flow_delay = 0
        initial_destination_concurrency = 32
        qmgr_message_active_limit = 50000
        qmgr_message_recipient_limit = 100000
        virtual_mailbox_domains = example.test
        virtual_transport = virtual
        virtual_mailbox_base = {folder}/mail
        virtual_mailbox_maps = texthash:{folder}/etc/virtual
        virtual_mailbox_limit = 0
        virtual_minimum_uid = 1
        virtual_uid_maps = static:{Nobody}
        virtual_gid_maps = static:{Nobody}

        """;

    private static string MasterFile(int port) => string.Create(CultureInfo.InvariantCulture, $"""
        127.0.0.1:{port} inet n - n - 100 smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        proxymap unix - - n - - proxymap
        virtual unix - n n - 100 virtual
        error unix - - n - - error
        retry unix - - n - - error
        anvil unix - - n - 1 anvil
        postlog unix-dgram n - n - 1 postlogd

        """);
}
