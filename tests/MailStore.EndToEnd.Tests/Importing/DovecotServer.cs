using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Importing;

/// <summary>A Dovecot of a test's own, with one user: his Maildir by its tools, and an IMAP server over it. Needs root.</summary>
internal sealed class DovecotServer : IAsyncDisposable
{
    public const string User = "carol@example.net";
    public const string Password = "not_a_secret";

    // Dovecot serves nobody of uid 0
    private const int Uid = 20_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mailstore-dovecot-");
    private Process? _server;

    public string Maildir => Path.Combine(_folder.FullName, "home", "Maildir");

    public int Port { get; } = FreePort.Take();

    private string ConfigurationFile => Path.Combine(_folder.FullName, "dovecot.conf");

    public async Task ConfigureAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "home"));
        await Tools.RunAsync("chmod", ["711", _folder.FullName]);
        await Tools.RunAsync("chown", [$"{Uid}:{Uid}", Path.Combine(_folder.FullName, "home")]);
        await File.WriteAllTextAsync(ConfigurationFile, string.Create(CultureInfo.InvariantCulture, $$"""
            base_dir = {{_folder.FullName}}/run
            state_dir = {{_folder.FullName}}/state
            log_path = {{_folder.FullName}}/log
            protocols = imap
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            mail_location = maildir:~/Maildir
            mail_plugins = quota
            plugin {
              quota = maildir:User quota
              quota_rule = *:storage=1G
            }
            passdb {
              driver = static
              args = password={{Password}}
            }
            userdb {
              driver = static
              args = uid={{Uid}} gid={{Uid}} home={{_folder.FullName}}/home
            }
            namespace inbox {
              inbox = yes
            }
            service imap-login {
              inet_listener imap {
                port = {{Port}}
              }
              inet_listener imaps {
                port = 0
              }
            }

            """));
    }

    public Task<string> RunAsync(params string[] command) => Tools.RunAsync("doveadm", ["-c", ConfigurationFile, .. Location, .. command], Environment);

    public async Task SaveAsync(string folder, byte[] mail)
    {
        var info = new ProcessStartInfo(Tools.Find("doveadm")!, ["-c", ConfigurationFile, .. Location, "save", "-m", folder]) { RedirectStandardInput = true };
        foreach (var (key, value) in Environment)
            info.Environment[key] = value;
        using var save = Process.Start(info)!;
        await save.StandardInput.BaseStream.WriteAsync(mail);
        save.StandardInput.Close();
        await save.WaitForExitAsync();
        Assert.Equal(0, save.ExitCode);
    }

    /// <summary>Starts the IMAP server.</summary>
    public async Task ServeAsync()
    {
        _server = Process.Start(new ProcessStartInfo(Tools.Find("dovecot")!, ["-F", "-c", ConfigurationFile]))!;
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Assert.True(DateTime.UtcNow < until && !_server.HasExited, $"Dovecot did not start: {(File.Exists($"{_folder.FullName}/log") ? await File.ReadAllTextAsync($"{_folder.FullName}/log") : "no log")}");
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            // its children go with it
            await Tools.RunAsync("kill", ["-TERM", string.Create(CultureInfo.InvariantCulture, $"{_server.Id}")]);
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static string[] Location => ["-o", $"mail_uid={Uid}", "-o", $"mail_gid={Uid}"];

    private Dictionary<string, string> Environment => new() { ["USER"] = User, ["HOME"] = Path.Combine(_folder.FullName, "home") };
}
