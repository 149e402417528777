using System.Text;
using MailStore.Tests;
using MailStore.Tests.Formats;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>All the real mails, by LMTP into each format, and back by the commands, with a server and without; read by foreign programs, too.</summary>
[Collection(FormatsCollection.Name)]
public sealed class RoundTripTests(FormatsFixture fixture)
{
    private const int Users = 3;

    // an mbox file that is exported has flags and the like in headers of these names: those of a mail are left out
    private static readonly string[] Mboxs = ["status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "content-length"];

    public static TheoryData<string> Formats =>
        [.. (Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? StorageFormat.All : StorageFormat.OneOfEach).Select(format => format.Name)];

    [FormatTheory(FactIfAttribute.RealMails, "s3cmd"), MemberData(nameof(Formats))]
    public async Task Every_mail_comes_back_by_export_once_and_to_the_byte(string name)
    {
        var format = StorageFormat.Of(name);
        using var place = new TestPlace(format.Configure(fixture.Servers));
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        var mails = RealMails.Read();
        await using (var server = await ServerProcess.StartAsync(place))
        {
            // several connections, so that mails share transactions
            await Task.WhenAll(Enumerable.Range(0, Users).Select(async user =>
            {
                await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
                foreach (var mail in Of(mails, user))
                    Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [UserName(user)], RealMails.WithCrLf(mail))).Code);
            }));
            await ExportAsync(place, mails, "running", 0);
            await ExportToMboxAsync(place, mails, 1);
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.Empty(Directory.GetFiles(place.DataDirectory, "*-journal", SearchOption.AllDirectories));
        for (var user = 0; user < Users; user++)
            await ExportAsync(place, mails, "stopped", user);
        foreach (var foreign in await ForeignReader.ReadAsync(format, place, fixture.Servers, UserName(2)))
            Assert.Equal(Of(mails, 2).Select(mail => RealMails.Hash(RealMails.WithLf(mail))).Order(StringComparer.Ordinal), foreign.Select(RealMails.Hash).Order(StringComparer.Ordinal));

        (await place.RunAsync("user", "remove", UserName(0), "--purge")).Succeeded();
        Assert.Equal("", (await place.RunAsync("mail", "list", UserName(0))).Output);
        Assert.Equal(RealMails.Count / Users, (await place.RunAsync("mail", "list", UserName(1))).Succeeded().Output.Trim().Split('\n').Length);
    }

    private static async Task ExportAsync(TestPlace place, List<byte[]> mails, string name, int user)
    {
        var target = Path.Combine(place.Directory, $"{name}{user}");
        (await place.RunAsync("mail", "export", UserName(user), "--output", target)).Succeeded();
        var exported = StoredMaildir.Files(target).Order(StringComparer.Ordinal).Select(StoredMaildir.Open).ToList();
        // in the order of arrival, too: each user had one connection
        Assert.Equal(Of(mails, user).Select(mail => RealMails.Hash(RealMails.WithLf(mail))), exported.Select(mail => RealMails.Hash(mail.Mail)));
        Assert.All(exported, mail => Assert.Equal(UserName(user), mail.Added["Delivered-To"]));
    }

    private static async Task ExportToMboxAsync(TestPlace place, List<byte[]> mails, int user)
    {
        var target = Path.Combine(place.Directory, "all.mbox");
        (await place.RunAsync("mail", "export", UserName(user), "--format", "mbox", "--output", target)).Succeeded();
        var exported = MboxFile.Read(target).Select(mail => RealMails.Hash(StoredMaildir.Open(mail).Mail));
        Assert.Equal(Of(mails, user).Select(mail => RealMails.Hash(WithoutMboxs(RealMails.WithLf(mail)))), exported);
    }

    private static IEnumerable<byte[]> Of(List<byte[]> mails, int user) => mails.Where((_, i) => i % Users == user);

    private static byte[] WithoutMboxs(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal) + 1;
        var kept = new StringBuilder();
        var isLeftOut = false;
        foreach (var line in text[..end].Split('\n')[..^1])
        {
            isLeftOut = line.StartsWith(' ') || line.StartsWith('\t') ? isLeftOut : Mboxs.Contains(line.Split(':')[0].TrimEnd(), StringComparer.OrdinalIgnoreCase);
            if (!isLeftOut)
                kept.Append(line).Append('\n');
        }

        return Encoding.Latin1.GetBytes(kept.Append(text[end..]).ToString());
    }

    private static string UserName(int i) => $"user{i}@example.org";
}
