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

        """);

    /// <param name="passwd">The user's line: name, password, uid, gid, gecos, home, shell.</param>
    public async Task<int> CountAsync(string passwd)
    {
        var fields = passwd.Split(':');
        // what Dovecot's auth server would say of the user
        var output = await Tools.RunAsync("doveadm", [
            "-c", ConfigurationFile, "-o", $"mail_uid={fields[2]}", "-o", $"mail_gid={fields[3]}", "-o", $"mail_location=maildir:{fields[5]}",
            "mailbox", "status", "messages", "INBOX"],
            new Dictionary<string, string> { ["USER"] = fields[0], ["HOME"] = fields[5] });
        return int.Parse(output.Split("messages=")[1].Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
