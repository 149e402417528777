using System.Text;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>Postfix, Exim and OpenSMTPD deliver through MailStore: everything once, and nothing bounced that need not be.</summary>
[Collection(MtaCollection.Name)]
public sealed class MtaTests(MtaPackages packages)
{
    /// <summary>A user, too: a bounce would come to his mailbox.</summary>
    public const string Sender = "sender@example.org";

    private const string Alice = "alice@example.org";
    private const int Users = 30;

    private static readonly byte[] Mail = "Subject: hello\r\n\r\nhello\r\n"u8.ToArray();

    public static TheoryData<string, Transport> All => new()
    {
        { "postfix", Transport.Unix }, { "postfix", Transport.Tcp }, { "postfix", Transport.Pipe },
        { "exim", Transport.Unix }, { "exim", Transport.Tcp },
        { "opensmtpd", Transport.Unix }, { "opensmtpd", Transport.Tcp },
    };

    [TheoryIf(FactIfAttribute.RealMails, FactIfAttribute.Root, FactIfAttribute.NativeDeliver, "apt-get", "unshare", "doveadm")]
    [MemberData(nameof(All))]
    public async Task The_real_mails_come_through_once_and_to_the_byte(string name, Transport transport)
    {
        await using var mta = Mta.Create(name, packages, transport);
        using var place = Place(mta, "[mda.maildir]\nfirst_uid = 20000\nlast_uid = 29999\ngid = 20000\n");
        await place.AddUsersAsync([Sender, .. Enumerable.Range(0, Users).Select(user => $"{UserName(user)} quota=1G")]);
        await using var server = await ServerProcess.StartAsync(place);
        await mta.StartAsync();

        var mails = Directory.GetFiles(RepositoryRoot.RealMails!, "*.eml").Order(StringComparer.Ordinal).Select(file => WithCrLf(File.ReadAllBytes(file))).ToList();
        Assert.Equal(300, mails.Count);
        var expected = Enumerable.Range(0, Users).Select(_ => new List<byte[]>()).ToList();
        await Parallel.ForEachAsync(Enumerable.Range(0, mails.Count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            // every tenth goes to five at once
            var users = Enumerable.Range(i, i % 10 == 0 ? 5 : 1).Select(user => user % Users).ToList();
            foreach (var user in users)
            {
                lock (expected[user])
                    expected[user].Add(WithLf(mails[i]));
            }

            await mta.SendAsync([.. users.Select(UserName)], mails[i]);
        });
        await mta.DrainAsync();

        Assert.Empty(StoredMaildir.Files(place.MaildirOf(Sender)));
        // of the three, Postfix alone tells its queue id by XFORWARD
        if (mta is Postfix && transport != Transport.Pipe)
            await server.WaitForLogAsync("in the queue of the MTA");
        if (mta is Exim && transport == Transport.Tcp)
        {
            // a K in its log says that it went by BDAT
            var deliveries = mta.Log.Split('\n').Where(line => line.Contains(" => user", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(deliveries);
            Assert.All(deliveries, line => Assert.Contains(" K C=", line, StringComparison.Ordinal));
        }

        for (var user = 0; user < Users; user++)
            AssertStored(expected[user], place.MaildirOf(UserName(user)));
        await DovecotReadsAsync(place, expected);
        Assert.Equal(0, await server.StopAsync());
    }

    [TheoryIf(FactIfAttribute.Root, FactIfAttribute.NativeDeliver, "apt-get", "unshare", "mkfs.ext4", "losetup")]
    [InlineData("postfix")]
    [InlineData("exim")]
    [InlineData("opensmtpd")]
    public async Task What_is_wrong_for_now_is_deferred_and_delivered_later_and_what_is_wrong_for_good_bounces(string name)
    {
        await using var mta = Mta.Create(name, packages, Transport.Unix);
        using var place = Place(mta, "");
        await place.AddUsersAsync([Sender, Alice, "new@example.org", "full@example.org quota=1"]);
        await mta.StartAsync();

        // no server runs yet
        await mta.SendInVainAsync(Alice, Mail, mta.Name == "opensmtpd" ? "TempFail" : "lmtp.sock");
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await mta.DrainAsync();
            Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice)));

            await mta.SendInVainAsync("full@example.org", Mail, "over quota");
            (await place.RunAsync("user", "set", "full@example.org", "quota=1G")).Succeeded();
            await mta.DrainAsync();
            Assert.Single(StoredMaildir.Files(place.MaildirOf("full@example.org")));
            Assert.Empty(StoredMaildir.Files(place.MaildirOf(Sender)));

            await mta.SendAsync(mta.Bounces ? ["nobody@example.org", Alice] : [Alice], Mail);
            await mta.DrainAsync();
            Assert.Equal(2, StoredMaildir.Files(place.MaildirOf(Alice)).Count);
            if (mta.Bounces)
                Assert.Contains("no such user", BouncesIn(place, 1), StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }

        // a user database and a module that throw, each for a while
        foreach (var (tables, call) in new[] { ("userdb = \"misbehaving\"\n[userdb.misbehaving]\n", "find"), ("mda = \"misbehaving\"\n[mda.misbehaving]\n", "allocate") })
        {
            place.Configure($"{tables}call = \"{call}\"\nbehaviour = \"throw\"\n{Listen(mta)}", place.OwnModules("Misbehaving"));
            await using (var broken = await ServerProcess.StartAsync(place))
            {
                await mta.SendInVainAsync("new@example.org", Mail, "451 4.3.0");
                await broken.StopAsync();
            }
        }

        // for good, as the administrator decided
        place.Configure($"[delivery]\nover_quota = \"permanent\"\n{Listen(mta)}", MailStoreProgram.ModulesDirectory);
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await mta.DrainAsync();
            Assert.Equal(2, StoredMaildir.Files(place.MaildirOf("new@example.org")).Count);
            if (mta.Bounces)
            {
                (await place.RunAsync("user", "set", "full@example.org", "quota=1")).Succeeded();
                await mta.SendAsync(["full@example.org"], Mail);
                await mta.DrainAsync();
                Assert.Contains("over quota", BouncesIn(place, 2), StringComparison.Ordinal);
            }

            Assert.Equal(0, await server.StopAsync());
        }

        await FullDiskAsync(mta, place);
        BouncesIn(place, mta.Bounces ? 2 : 0);
    }

    [TheoryIf(FactIfAttribute.Root, FactIfAttribute.NativeDeliver, FactIfAttribute.Postgres, "apt-get", "unshare")]
    [InlineData("postfix")]
    [InlineData("exim")]
    [InlineData("opensmtpd")]
    public async Task While_the_user_database_is_stopped_mail_waits(string name)
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await using var mta = Mta.Create(name, packages, Transport.Tcp);
        using var place = Place(mta, $"userdb = \"postgres\"\n[userdb.postgres]\nconnection = \"{postgres.Connection()}\"\ntimeout = \"2s\"\n");
        await place.AddUsersAsync([Sender, Alice, "new@example.org"]);
        await mta.StartAsync();
        await using var server = await ServerProcess.StartAsync(place);
        await mta.SendAsync([Alice], Mail);
        await mta.DrainAsync();

        await postgres.StopAsync();
        await mta.SendInVainAsync("new@example.org", Mail, "451 4.3.0");
        await postgres.StartAsync();
        await mta.DrainAsync();
        Assert.All([Alice, "new@example.org"], user => Assert.Single(StoredMaildir.Files(place.MaildirOf(user))));
        Assert.Empty(StoredMaildir.Files(place.MaildirOf(Sender)));
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task FullDiskAsync(Mta mta, TestPlace place)
    {
        await using var disk = await SmallDisk.MountAsync(place.Directory, megabytes: 8);
        place.Configure($"[mda.maildir]\npath = \"{disk.Directory}/{{domain}}/{{local}}\"\n{Listen(mta)}", MailStoreProgram.ModulesDirectory);
        (await place.RunAsync("user", "add", "disk@example.org")).Succeeded();
        await using var server = await ServerProcess.StartAsync(place);
        await disk.FillAsync();
        byte[] large = [.. Encoding.ASCII.GetBytes("Subject: large\r\n\r\n"), .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 5000)))];
        await mta.SendInVainAsync("disk@example.org", large, "452 4.3.1");
        disk.Empty();
        await mta.DrainAsync();
        Assert.Single(StoredMaildir.Files(Path.Combine(disk.Directory, "example.org", "disk")));
        Assert.Equal(0, await server.StopAsync());
    }

    private static TestPlace Place(Mta mta, string tables)
    {
        if (mta is Postfix postfix)
            postfix.PipedProgram = PipedProgram(mta);
        var place = new TestPlace();
        place.Configure(tables + Listen(mta), MailStoreProgram.ModulesDirectory);
        return place;
    }

    private static string Listen(Mta mta) => $"\n[lmtp]\nlisten = [\"127.0.0.1:{mta.LmtpPort}\", \"unix:{mta.Socket}\"]\nsocket_mode = \"0666\"\nallow_remote = false\nxforward_clients = [\"unix\", \"127.0.0.1\"]\n";

    /// <summary>The native program, and a configuration that tells it where the server listens.</summary>
    private static string PipedProgram(Mta mta)
    {
        var file = Path.Combine(mta.Shared, "mailstore.toml");
        File.WriteAllText(file, Listen(mta));
        File.SetUnixFileMode(file, (UnixFileMode)0x1A4);
        File.Copy(MailStoreProgram.NativeDeliver, Path.Combine(mta.Shared, "mailstore-deliver"));
        return $"{mta.Shared}/mailstore-deliver --config {file}";
    }

    /// <summary>What follows the headers that were added on the way is the mail that was sent.</summary>
    private static void AssertStored(List<byte[]> expected, string home)
    {
        var missing = new List<byte[]>(expected);
        var files = StoredMaildir.Files(home);
        foreach (var file in files)
        {
            var stored = File.ReadAllBytes(file);
            var found = missing.FindIndex(mail => stored.AsSpan().EndsWith(mail) && AreHeaders(stored.AsSpan(0, stored.Length - mail.Length)));
            Assert.True(found >= 0, $"{file} is none of the mails that were sent to this user, or one of them for the second time");
            missing.RemoveAt(found);
        }

        Assert.Empty(missing);
        Assert.Equal(0, StoredMaildir.LeftInTmp(home));
    }

    private static bool AreHeaders(ReadOnlySpan<byte> added)
    {
        var text = Encoding.Latin1.GetString(added);
        return text.EndsWith('\n') && text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .All(line => line[0] is ' ' or '\t' || new[] { "Return-Path:", "Delivered-To:", "X-Original-To:", "Received:" }.Any(name => line.StartsWith(name, StringComparison.Ordinal)));
    }

    private static async Task DovecotReadsAsync(TestPlace place, List<List<byte[]>> expected)
    {
        var passwd = (await place.RunAsync("user", "list", "--format", "passwd")).Succeeded().Output.Trim().Split('\n');
        foreach (var folder in (string[])[place.Directory, place.DataDirectory])
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        var dovecot = new DovecotReader(place);
        await dovecot.ConfigureAsync();
        for (var user = 0; user < Users; user++)
        {
            var line = Assert.Single(passwd, line => line.StartsWith(UserName(user) + ":", StringComparison.Ordinal));
            Assert.Equal(expected[user].Count, await dovecot.CountAsync(line));

            // quota: what is there, as MailStore counted it mail by mail, is what Dovecot goes by
            var home = place.MaildirOf(UserName(user));
            var counted = await File.ReadAllTextAsync(Path.Combine(home, "maildirsize"));
            var bytes = StoredMaildir.Files(home).Sum(file => new FileInfo(file).Length);
            Assert.Equal(((bytes + 1023) / 1024, 1024 * 1024, expected[user].Count), await dovecot.QuotaAsync(line));
            Assert.Equal(counted, await File.ReadAllTextAsync(Path.Combine(home, "maildirsize")));
            if (user == 0)
                Assert.Contains($"{bytes} bytes of 1G, {expected[user].Count} mails", (await place.RunAsync("user", "test", UserName(user))).Succeeded().Output, StringComparison.Ordinal);
        }
    }

    /// <summary>All that came back to the sender; so many mails.</summary>
    private static string BouncesIn(TestPlace place, int count)
    {
        var files = StoredMaildir.Files(place.MaildirOf(Sender));
        Assert.Equal(count, files.Count);
        return string.Concat(files.Select(File.ReadAllText));
    }

    private static string UserName(int i) => $"user{i}@example.org";

    /// <summary>Without a bare CR, too, which SMTP must not carry (RFC 5321, 2.3.8): each MTA makes something else of it.</summary>
    private static byte[] WithCrLf(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text.EndsWith("\r\n", StringComparison.Ordinal) ? text : text + "\r\n");
    }

    private static byte[] WithLf(byte[] mail) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(mail).Replace("\r\n", "\n", StringComparison.Ordinal));
}
