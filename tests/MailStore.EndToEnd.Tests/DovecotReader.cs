using System.Globalization;

namespace MailStore.EndToEnd.Tests;

/// <summary>Dovecot's own tools on what was stored, told by nothing but 'mailstore user list --format passwd'; no server is started.</summary>
internal sealed class DovecotReader(TestPlace place)
{
    private string ConfigurationFile => Path.Combine(place.Directory, "dovecot.conf");

    public async Task ConfigureAsync() => await File.WriteAllTextAsync(ConfigurationFile, $$"""
        base_dir = {{place.Directory}}/dovecot
        log_path = /dev/stderr
        protocols =
        ssl = no
        first_valid_uid = 0
        first_valid_gid = 0
        namespace inbox {
          inbox = yes
        }
        mail_plugins = quota
        plugin {
          quota = maildir:User quota
        }

        """);

    /// <param name="passwd">The user's line: name, password, uid, gid, gecos, home, shell.</param>
    public async Task<int> CountAsync(string passwd)
    {
        var output = await RunAsync(passwd, "mailbox", "status", "messages", "INBOX");
        return int.Parse(output.Split("messages=")[1].Trim(), CultureInfo.InvariantCulture);
    }

    /// <summary>The quota as Dovecot's quota plugin finds it counted in the Maildir, in units of 1024 bytes.</summary>
    public async Task<(long Kilobytes, long LimitKilobytes, int Messages)> QuotaAsync(string passwd)
    {
        var lines = (await RunAsync(passwd, "-f", "tab", "quota", "get")).Split('\n').Select(line => line.Split('\t')).ToList();
        var (storage, messages) = (lines.Single(line => line is [_, "STORAGE", ..]), lines.Single(line => line is [_, "MESSAGE", ..]));
        return (long.Parse(storage[2], CultureInfo.InvariantCulture), long.Parse(storage[3], CultureInfo.InvariantCulture), int.Parse(messages[2], CultureInfo.InvariantCulture));
    }

    private async Task<string> RunAsync(string passwd, params string[] command)
    {
        var fields = passwd.Split(':');
        // what Dovecot's auth server would say of the user
        return await Tools.RunAsync(
            "doveadm",
            ["-c", ConfigurationFile, "-o", $"mail_uid={fields[2]}", "-o", $"mail_gid={fields[3]}", "-o", $"mail_location=maildir:{fields[5]}", .. command],
            new Dictionary<string, string> { ["USER"] = fields[0], ["HOME"] = fields[5] });
    }
}
