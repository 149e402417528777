namespace MailStore.EndToEnd.Tests.Mbox;

/// <summary>mutt and Dovecot on a user's mbox file, as he would use them.</summary>
internal sealed class MboxPrograms(TestPlace place, string user, string file)
{
    private const string EndOfMail = "END-OF-MAIL";

    private string[] _dovecot = [];

    private string Home => Path.Combine(place.Directory, "home");

    /// <summary>Once the file is there.</summary>
    public async Task ConfigureAsync()
    {
        Directory.CreateDirectory(Path.Combine(Home, "Mail"));
        var (uid, gid) = ((await Tools.RunAsync("id", ["-u"])).Trim(), (await Tools.RunAsync("id", ["-g"])).Trim());
        if (uid == "0")
        {
            // Dovecot serves nobody of uid 0: the mail becomes another's, and the server, as root, goes on writing to it
            (uid, gid) = ("20000", "20000");
            foreach (var folder in (string[])[place.Directory, place.DataDirectory, Path.Combine(place.DataDirectory, "mbox")])
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            await Tools.RunAsync("chown", ["-R", $"{uid}:{gid}", Home, Path.GetDirectoryName(file)!]);
        }

        var configuration = Path.Combine(place.Directory, "dovecot.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            base_dir = {{place.Directory}}/dovecot
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
        _dovecot = ["-c", configuration, "-o", $"mail_location=mbox:{Home}/mail:INBOX={file}", "-o", $"mail_uid={uid}", "-o", $"mail_gid={gid}"];
    }

    public Task<string> DovecotAsync(params string[] command) =>
        Tools.RunAsync("doveadm", [.. _dovecot, .. command], new Dictionary<string, string> { ["USER"] = user, ["HOME"] = Home });

    /// <summary>The mails that Dovecot sees, by a header that the server has put there.</summary>
    public async Task<int> DovecotCountsAsync() =>
        (await DovecotAsync("fetch", "hdr.delivered-to", "mailbox", "INBOX")).Split('\n').Count(line => line == $"hdr.delivered-to: {user}");

    /// <summary>Those that mutt sees: it tells in a file. Once more where it was ended before it was through.</summary>
    public async Task<int> MuttCountsAsync()
    {
        var (seen, done, script) = (Path.Combine(place.Directory, "seen"), Path.Combine(place.Directory, "done"), Path.Combine(place.Directory, "count"));
        await File.WriteAllTextAsync(script, $"LC_ALL=C awk '/^Delivered-To/ && !told {{ print; told = 1 }} /^{EndOfMail}$/ {{ told = 0 }}' >{seen}\n");
        File.Delete(done);
        for (var turns = 0; !File.Exists(done); turns++)
        {
            Assert.True(turns < 5, "mutt never came to the end of the mails");
            await MuttAsync($"<tag-pattern>~A<enter><pipe-message>sh {script}<enter><shell-escape>touch {done}<enter><exit>", "-R");
        }

        var lines = await File.ReadAllLinesAsync(seen);
        Assert.All(lines, line => Assert.Equal($"Delivered-To: {user}", line));
        return lines.Length;
    }

    /// <summary>
    /// Has mutt do what is typed there. It wants a terminal: script gives it one. Where it finds the file changed by others it forgets what was typed, and waits for more: it is
    /// ended then by a signal, which it does not take while it writes.
    /// </summary>
    public async Task MuttAsync(string keys, params string[] options)
    {
        var rc = Path.Combine(place.Directory, "muttrc");
        await File.WriteAllTextAsync(rc, $"set wait_key=no\nset pipe_sep=\"\\n{EndOfMail}\\n\"\nset mbox_type=mbox\nset move=no\nset delete=yes\nset mark_old=no\nset auto_tag=yes\nset beep=no\npush \"{keys}\"\n");
        await Tools.RunAsync(
            "timeout", ["60", "script", "-qec", $"timeout --foreground 15 mutt -n -F {rc} {string.Join(' ', options)} -f {file}; test $? = 0 -o $? = 124", "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm", ["HOME"] = Home });
    }

    /// <summary>The mails by their subjects, as they stand in the file; it may be being written.</summary>
    public int Count(string subject) =>
        File.ReadAllText(file, System.Text.Encoding.Latin1).Split("\nSubject: ").Count(text => text.StartsWith(subject + " ", StringComparison.Ordinal));
}
