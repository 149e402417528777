using MailStore.EndToEnd.Tests.Formats;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>All the real mails, by LMTP, to users who do not exist on disk: each there once, to the byte, and readable by others.</summary>
public sealed class AllMailsTests
{
    private const int Users = 20;

    [FactIf(FactIfAttribute.RealMails, "python3", "doveadm")]
    public async Task Every_mail_is_on_disk_exactly_once_and_to_the_byte_and_others_read_it()
    {
        // Dovecot refuses to read mail as root: with a uid for each user, as root would have it
        using var place = new TestPlace(Environment.UserName == "root" ? "\n[mda.maildir]\nfirst_uid = 20000\nlast_uid = 29999\ngid = 20000\n" : "");
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        var mails = RealMails.Read();

        await using (var server = await ServerProcess.StartAsync(place))
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            for (var i = 0; i < mails.Count; i++)
            {
                var replies = await client.SendMailAsync("sender@example.net", [UserName(i % Users)], RealMails.WithCrLf(mails[i]));
                Assert.Equal(250, Assert.Single(replies).Code);
            }

            Assert.Equal(0, await server.StopAsync());
        }

        for (var user = 0; user < Users; user++)
        {
            var home = place.MaildirOf(UserName(user));
            var expected = mails.Where((_, i) => i % Users == user).Select(mail => RealMails.Hash(RealMails.WithLf(mail))).Order();
            var stored = StoredMaildir.Files(home).Select(file => RealMails.Hash(StoredMaildir.Open(file).Mail)).Order();
            Assert.Equal(expected, stored);
            Assert.Equal(0, StoredMaildir.LeftInTmp(home));
        }

        await PythonReadsAsync(place);
        await DovecotReadsAsync(place);
    }

    private static async Task PythonReadsAsync(TestPlace place)
    {
        const string count = "import mailbox,sys; print(sum(1 for m in mailbox.Maildir(sys.argv[1], create=False) if m['Delivered-To']))";
        for (var user = 0; user < Users; user++)
            Assert.Equal("15", (await Tools.RunAsync("python3", ["-c", count, place.MaildirOf(UserName(user))])).Trim());
    }

    private static async Task DovecotReadsAsync(TestPlace place)
    {
        var passwd = (await place.RunAsync("user", "list", "--format", "passwd")).Succeeded().Output;
        Assert.Equal(Users, passwd.Trim().Split('\n').Length);
        // root keeps its folders to itself; Dovecot reads as the users
        foreach (var folder in (string[])[place.Directory, place.DataDirectory])
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        var dovecot = new DovecotReader(place);
        await dovecot.ConfigureAsync();
        foreach (var line in passwd.Trim().Split('\n'))
            Assert.Equal(15, await dovecot.CountAsync(line));
    }

    private static string UserName(int i) => $"user{i}@example.org";
}
