using System.Diagnostics;

namespace MailStore.Benchmarks.Deliver;

/// <summary>Dovecot with a private configuration, for dovecot-lda to ask where a user's mail goes: to a Maildir, synced as by default.</summary>
internal sealed class DovecotProcess : IAsyncDisposable
{
    private const int Uid = 20000;

    private readonly Process _process;

    private DovecotProcess(Process process, string configurationFile) => (_process, ConfigurationFile) = (process, configurationFile);

    /// <summary>Whether it is installed, and may be used: only root can deliver as another user.</summary>
    public static bool Exists => File.Exists("/usr/lib/dovecot/dovecot-lda") && File.Exists("/usr/sbin/dovecot") && Environment.UserName == "root";

    public string ConfigurationFile { get; }

    public static async Task<DovecotProcess> StartAsync(string folder)
    {
        var file = Path.Combine(folder, "dovecot.conf");
        var home = Directory.CreateDirectory(Path.Combine(folder, "dovecot-mail")).FullName;
        await File.WriteAllTextAsync(file, $$"""
            base_dir = {{folder}}/dovecot
            state_dir = {{folder}}/dovecot-state
            log_path = {{folder}}/dovecot.log
            protocols =
            ssl = no
            mail_location = maildir:~/Maildir
            first_valid_uid = {{Uid}}
            userdb {
              driver = static
              args = uid={{Uid}} gid={{Uid}} home={{home}}/%u allow_all_users=yes
            }
            passdb {
              driver = static
              args = nopassword=y
            }
            namespace inbox {
              inbox = yes
            }
            service auth {
              unix_listener auth-userdb {
                mode = 0666
              }
            }

            """);
        using (var owned = Process.Start("/bin/chown", [$"{Uid}:{Uid}", home]))
            await owned.WaitForExitAsync();
        var process = Process.Start("/usr/sbin/dovecot", ["-F", "-c", file]);
        for (var watch = Stopwatch.StartNew(); !File.Exists(Path.Combine(folder, "dovecot", "auth-userdb")); await Task.Delay(20))
        {
            if (process.HasExited || watch.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException($"dovecot does not start: {(File.Exists(folder + "/dovecot.log") ? await File.ReadAllTextAsync(folder + "/dovecot.log") : "")}");
        }

        return new DovecotProcess(process, file);
    }

    public async ValueTask DisposeAsync()
    {
        // its children end with it
        using (var kill = Process.Start("/bin/kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
