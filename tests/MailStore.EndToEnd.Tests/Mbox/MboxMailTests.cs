using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Mbox;

/// <summary>All the real mails, by LMTP into mbox files, back by the commands, and read by others.</summary>
public sealed partial class MboxMailTests
{
    private const int Users = 5;

    [FactIf(FactIfAttribute.RealMails, "python3", "doveadm", "mutt", "script")]
    public async Task Every_mail_comes_back_by_export_once_and_to_the_byte_and_others_read_it()
    {
        using var place = new TestPlace("mda = \"mbox\"\n");
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        var mails = Directory.GetFiles(RepositoryRoot.RealMails!, "*.eml").Order().Select(File.ReadAllBytes).ToList();
        Assert.Equal(300, mails.Count);

        await using (var server = await ServerProcess.StartAsync(place))
        {
            // several connections, and each user's mail over two of them
            await Task.WhenAll(Enumerable.Range(0, Users * 2).Select(async connection =>
            {
                await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
                for (var i = connection; i < mails.Count; i += Users * 2)
                    Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [UserName(i % Users)], WithCrLf(mails[i]))).Code);
            }));
            await ExportAsync(place, mails, "running", users: 1);
            Assert.Equal(0, await server.StopAsync());
        }

        for (var user = 0; user < Users; user++)
        {
            Assert.Equal("60", (await Tools.RunAsync("python3", ["-c", "import mailbox,sys; print(sum(1 for m in mailbox.mbox(sys.argv[1], create=False) if m['Delivered-To']))", FileOf(place, user)])).Trim());
            Assert.Equal(60, await MuttCountsAsync(place, user));
        }

        Assert.Equal(60, await DovecotCountsAsync(place, 0));
        await ExportAsync(place, mails, "stopped", Users);
        (await place.RunAsync("user", "remove", UserName(0), "--purge")).Succeeded();
        Assert.False(File.Exists(FileOf(place, 0)));
        Assert.Equal("", (await place.RunAsync("mail", "list", UserName(0))).Output);
        Assert.Equal(60, (await place.RunAsync("mail", "list", UserName(1))).Succeeded().Output.Trim().Split('\n').Length);
    }

    private static async Task ExportAsync(TestPlace place, List<byte[]> mails, string name, int users)
    {
        for (var user = 0; user < users; user++)
        {
            var target = Path.Combine(place.Directory, $"{name}{user}");
            (await place.RunAsync("mail", "export", UserName(user), "--output", target)).Succeeded();
            var expected = mails.Where((_, i) => i % Users == user).Select(mail => Hash(WithoutOwnFields(WithLf(mail)))).Order();
            var exported = StoredMaildir.Files(target).Select(file => StoredMaildir.Open(file)).ToList();
            Assert.Equal(expected, exported.Select(mail => Hash(mail.Mail)).Order());
            Assert.All(exported, mail => Assert.Equal(UserName(user), mail.Added["Delivered-To"]));
        }
    }

    // mutt wants a terminal: script gives it one; it tells in a file what it has seen
    private static async Task<int> MuttCountsAsync(TestPlace place, int user)
    {
        var (rc, seen) = (Path.Combine(place.Directory, "muttrc"), Path.Combine(place.Directory, $"seen{user}"));
        Directory.CreateDirectory(Path.Combine(place.Directory, "Mail"));
        await File.WriteAllTextAsync(rc, $"set wait_key=no\nset pipe_split=yes\nset mbox_type=mbox\nset auto_tag=yes\npush \"<tag-pattern>~A<enter><pipe-message>grep -m1 ^Delivered-To >>{seen}<enter><exit>\"\n");
        await Tools.RunAsync(
            "script", ["-qec", $"mutt -n -F {rc} -R -f {FileOf(place, user)}", "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm", ["HOME"] = place.Directory });
        var lines = await File.ReadAllLinesAsync(seen);
        Assert.All(lines, line => Assert.Equal($"Delivered-To: {UserName(user)}", line));
        return lines.Length;
    }

    // Dovecot serves nobody of uid 0: it gets a copy
    private static async Task<int> DovecotCountsAsync(TestPlace place, int user)
    {
        var home = Path.Combine(place.Directory, "home");
        Directory.CreateDirectory(home);
        File.Copy(FileOf(place, user), Path.Combine(home, "inbox"));
        var (uid, gid) = ((await Tools.RunAsync("id", ["-u"])).Trim(), (await Tools.RunAsync("id", ["-g"])).Trim());
        if (uid == "0")
        {
            (uid, gid) = ("20000", "20000");
            File.SetUnixFileMode(place.Directory, File.GetUnixFileMode(place.Directory) | UnixFileMode.OtherExecute);
            await Tools.RunAsync("chown", ["-R", "20000:20000", home]);
        }

        var configuration = Path.Combine(place.Directory, "dovecot.conf");
        await File.WriteAllTextAsync(configuration, $"base_dir = {place.Directory}/dovecot\nlog_path = /dev/stderr\nprotocols =\nssl = no\nfirst_valid_uid = 0\nfirst_valid_gid = 0\nnamespace inbox {{\n  inbox = yes\n}}\n");
        var output = await Tools.RunAsync(
            "doveadm", ["-c", configuration, "-o", $"mail_location=mbox:{home}/mail:INBOX={home}/inbox", "-o", $"mail_uid={uid}", "-o", $"mail_gid={gid}", "fetch", "hdr.delivered-to", "mailbox", "INBOX"],
            new Dictionary<string, string> { ["USER"] = UserName(user), ["HOME"] = home });
        return output.Split('\n').Count(line => line == $"hdr.delivered-to: {UserName(user)}");
    }

    private static string FileOf(TestPlace place, int user) => Path.Combine(place.DataDirectory, "mbox", "example.org", $"user{user}");

    private static string UserName(int i) => $"user{i}@example.org";

    // what programs that keep mail in mbox files write into it is not taken over
    private static byte[] WithoutOwnFields(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail);
        var body = text.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? end + 1 : text.Length;
        return Encoding.Latin1.GetBytes(OwnField().Replace(text[..body], "") + text[body..]);
    }

    private static byte[] WithLf(byte[] mail) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(WithCrLf(mail)).Replace("\r\n", "\n", StringComparison.Ordinal));

    /// <summary>As an MTA sends it: every line, the last one too, ends in CR LF.</summary>
    private static byte[] WithCrLf(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text.EndsWith("\r\n", StringComparison.Ordinal) || text.Length == 0 ? text : text + "\r\n");
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    [GeneratedRegex(@"^(Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|Content-Length)[ \t]*:.*\n([ \t].*\n)*", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex OwnField();
}
