using System.Diagnostics;

namespace MailStore.Benchmarks.Server;

/// <summary>
/// Dovecot's LMTP server with a private configuration, tuned as an administrator would: Maildir, default fsync, processes kept waiting, no quota, no search.
/// </summary>
internal sealed class DovecotLmtp : ILoadedServer
{
    // a service runs as a user who has a name; each Debian has this one
    private const string User = "nobody";
    private const int Uid = 65534;

    private readonly Process _process;

    private DovecotLmtp(int port, Process process)
    {
        (Port, _process) = (port, process);
        Processes = new ProcessTree(process.Id);
    }

    /// <summary>Whether it is installed and may be used: only root can deliver as another user.</summary>
    public static bool Exists => File.Exists("/usr/lib/dovecot/lmtp") && File.Exists("/usr/sbin/dovecot") && Environment.UserName == "root";

    public string Name => "dovecot";

    public int Port { get; }

    public ProcessTree Processes { get; }

    public static async Task<DovecotLmtp> StartAsync(string folder, int waiting)
    {
        var port = MailStoreServer.FreePort();
        var mail = Directory.CreateDirectory(Path.Combine(folder, "mail")).FullName;
        using (var owned = Process.Start("/bin/chown", [$"{Uid}:{Uid}", mail]))
            await owned.WaitForExitAsync();
        var file = Path.Combine(folder, "dovecot.conf");
        await File.WriteAllTextAsync(file, Configuration(folder, mail, port, waiting));
        var process = Process.Start("/usr/sbin/dovecot", ["-F", "-c", file]);
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            using var probe = new System.Net.Sockets.TcpClient();
            try
            {
                await probe.ConnectAsync("127.0.0.1", port);
                return new DovecotLmtp(port, process);
            }
            catch (System.Net.Sockets.SocketException) when (!process.HasExited && watch.Elapsed < TimeSpan.FromSeconds(30))
            {
                // not yet
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        // its children end with it
        using (var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Configuration(string folder, string mail, int port, int waiting) => $$"""
        base_dir = {{folder}}/run
        state_dir = {{folder}}/state
        log_path = {{folder}}/dovecot.log
        protocols = lmtp
        listen = 127.0.0.1
        ssl = no
        default_process_limit = 1200
        default_client_limit = 20000
        default_vsz_limit = 0
        mail_location = maildir:~/Maildir
        mailbox_list_index = no
        maildir_very_dirty_syncs = yes
        lmtp_rcpt_check_quota = no
        lmtp_user_concurrency_limit = 0
        first_valid_uid = {{Uid}}
        userdb {
          driver = static
          args = uid={{Uid}} gid={{Uid}} home={{mail}}/%u allow_all_users=yes
        }
        passdb {
          driver = static
          args = nopassword=y
        }
        namespace inbox {
          inbox = yes
        }
        service lmtp {
          user = {{User}}
          client_limit = 1
          service_count = 0
          process_limit = 1000
          process_min_avail = {{waiting}}
          idle_kill = 3600s
          inet_listener lmtp {
            address = 127.0.0.1
            port = {{port}}
          }
          unix_listener lmtp {
            mode = 0600
          }
        }
        service auth {
          unix_listener auth-userdb {
            mode = 0666
          }
        }

        """;
}
