using System.Security.Cryptography;
using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.LiteDb;

/// <summary>All the real mails, by LMTP into LiteDB files, and back by the commands.</summary>
public sealed class LiteDbMailTests
{
    private const int Users = 5;

    [TheoryIf(FactIfAttribute.RealMails)]
    [InlineData("litedb/{domain}/{local}.db")]
    [InlineData("mails.db")]
    public async Task Every_mail_comes_back_by_export_once_and_to_the_byte(string path)
    {
        using var place = new TestPlace($"mda = \"litedb\"\n\n[mda.litedb]\npath = \"{path}\"\n");
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        var mails = Directory.GetFiles(RepositoryRoot.RealMails!, "*.eml").Order().Select(File.ReadAllBytes).ToList();
        Assert.Equal(300, mails.Count);

        await using (var server = await ServerProcess.StartAsync(place))
        {
            // several connections, so that mails share transactions
            await Task.WhenAll(Enumerable.Range(0, Users).Select(async user =>
            {
                await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
                for (var i = user; i < mails.Count; i += Users)
                    Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [UserName(user)], WithCrLf(mails[i]))).Code);
            }));
            await ExportAsync(place, mails, "running", users: 1);
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.Empty(Directory.GetFiles(place.DataDirectory, "*-journal", SearchOption.AllDirectories));
        await ExportAsync(place, mails, "stopped", Users);
        (await place.RunAsync("user", "remove", UserName(0), "--purge")).Succeeded();
        Assert.Equal("", (await place.RunAsync("mail", "list", UserName(0))).Output);
        Assert.Equal(mails.Count / Users, (await place.RunAsync("mail", "list", UserName(1))).Succeeded().Output.Trim().Split('\n').Length);
    }

    private static async Task ExportAsync(TestPlace place, List<byte[]> mails, string name, int users)
    {
        for (var user = 0; user < users; user++)
        {
            var target = Path.Combine(place.Directory, $"{name}{user}");
            (await place.RunAsync("mail", "export", UserName(user), "--output", target)).Succeeded();
            var expected = mails.Where((_, i) => i % Users == user).Select(mail => Hash(WithLf(mail))).ToList();
            var exported = StoredMaildir.Files(target).Order(StringComparer.Ordinal).Select(file => StoredMaildir.Open(file)).ToList();
            // in the order of arrival, too: each user had one connection
            Assert.Equal(expected, exported.Select(mail => Hash(mail.Mail)));
            Assert.All(exported, mail => Assert.Equal(UserName(user), mail.Added["Delivered-To"]));
        }
    }

    private static string UserName(int i) => $"user{i}@example.org";

    private static byte[] WithLf(byte[] mail) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(WithCrLf(mail)).Replace("\r\n", "\n", StringComparison.Ordinal));

    /// <summary>As an MTA sends it: every line, the last one too, ends in CR LF.</summary>
    private static byte[] WithCrLf(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text.EndsWith("\r\n", StringComparison.Ordinal) || text.Length == 0 ? text : text + "\r\n");
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
