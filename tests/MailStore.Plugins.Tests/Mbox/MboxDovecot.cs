using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailStore.Plugins.Tests.Maildir;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Dovecot's own tools on alice's mbox file; no server is started.</summary>
internal sealed class MboxDovecot(MboxWorld world)
{
    // Dovecot serves nobody of uid 0
    private string _uid = "20000";
    private string _gid = "20000";

    private string ConfigurationFile => Path.Combine(world.Base, "dovecot.conf");

    private string[] Options =>
    [
        "-c", ConfigurationFile, "-o", $"mail_location=mbox:{world.Base}/home/mail:INBOX={world.AliceFile}", "-o", $"mail_uid={_uid}", "-o", $"mail_gid={_gid}",
    ];

    public async Task ConfigureAsync()
    {
        Directory.CreateDirectory(Path.Combine(world.Base, "home"));
        if (Environment.IsPrivilegedProcess)
            await Shell.RunAsync("sh", "-c", $"chmod 711 {world.Base} {world.Data} {world.Data}/mbox && chown -R {_uid}:{_gid} {world.Base}/home {Path.GetDirectoryName(world.AliceFile)}");
        else
            (_uid, _gid) = ((await Shell.RunAsync("id", "-u")).Trim(), (await Shell.RunAsync("id", "-g")).Trim());
        await File.WriteAllTextAsync(ConfigurationFile, $$"""
        base_dir = {{world.Base}}/dovecot
        log_path = /dev/stderr
        protocols =
        ssl = no
        first_valid_uid = 0
        first_valid_gid = 0
        mbox_read_locks = fcntl
        mbox_write_locks = fcntl dotlock
        namespace inbox {
          inbox = yes
        }

        """);
    }

    public async Task<int> CountAsync() => int.Parse((await RunAsync("mailbox", "status", "messages", "INBOX")).Split("messages=")[1].Trim(), CultureInfo.InvariantCulture);

    public async Task<string> RunAsync(params string[] command) => await Shell.RunAsync("env", ["USER=alice", $"HOME={world.Base}/home", "doveadm", .. Options, .. command]);

    public async Task SaveAsync(string mail)
    {
        using var save = Process.Start(new ProcessStartInfo("env", ["USER=alice", $"HOME={world.Base}/home", "doveadm", .. Options, "save", "-m", "INBOX"]) { RedirectStandardInput = true })!;
        await save.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(mail));
        save.StandardInput.Close();
        await save.WaitForExitAsync();
        Assert.Equal(0, save.ExitCode);
    }
}
