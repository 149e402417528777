namespace MailStore.EndToEnd.Tests;

/// <summary>Dovecot's own tools on what was stored, with a private configuration; no server is started.</summary>
internal sealed class DovecotReader(TestPlace place)
{
    private string ConfigurationFile => Path.Combine(place.Directory, "dovecot.conf");

    /// <param name="passwd">What 'mailstore user list --format passwd' printed.</param>
    public async Task ConfigureAsync(string passwd)
    {
        var ids = ((string[])[await Tools.RunAsync("id", ["-u"]), await Tools.RunAsync("id", ["-g"])]).Select(id => id.Trim()).ToList();
        var users = Path.Combine(place.Directory, "dovecot.users");
        await File.WriteAllTextAsync(users, passwd);
        await File.WriteAllTextAsync(ConfigurationFile, $$"""
            base_dir = {{place.Directory}}/dovecot
            log_path = /dev/stderr
            protocols =
            mail_uid = {{ids[0]}}
            mail_gid = {{ids[1]}}
            ssl = no
            mail_location = maildir:~/
            first_valid_uid = 0
            first_valid_gid = 0
            userdb {
              driver = passwd-file
              args = {{users}}
            }
            namespace inbox {
              inbox = yes
            }

            """);
    }

    public async Task<int> CountAsync(string user)
    {
        var home = place.MaildirOf(user);
        // -o: a user of the file without a running auth server
        var output = await Tools.RunAsync("doveadm", [
            "-c", ConfigurationFile, "-o", $"mail_location=maildir:{home}", "mailbox", "status", "messages", "INBOX"],
            new Dictionary<string, string> { ["USER"] = user, ["HOME"] = home });
        return int.Parse(output.Split("messages=")[1].Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
