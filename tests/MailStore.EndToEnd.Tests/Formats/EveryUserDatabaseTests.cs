using MailStore.Tests;
using MailStore.Tests.Formats;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>
/// Each MDA with each user database, as a host has them: first mails at once, deliveries, reading with a server and without, removal, and the same name added again.
/// What their contracts say of both is tried by the conformance kit.
/// </summary>
[Collection(FormatsCollection.Name)]
public sealed class EveryUserDatabaseTests(FormatsFixture fixture)
{
    private const int Users = 6;
    private const int Connections = 4;

    public static TheoryData<string, string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string, string>();
            foreach (var format in StorageFormat.OneOfEach)
            {
                pairs.Add(format.Name, "litedb", "lock");
                pairs.Add(format.Name, "postgres", "trial");
            }

            return pairs;
        }
    }

    [FormatTheory, MemberData(nameof(Pairs))]
    public async Task First_mails_at_once_are_stored_read_and_removed(string name, string userdb, string creator)
    {
        using var place = new TestPlace(StorageFormat.Of(name).Configure(fixture.Servers, userdb, creator));
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await SendAsync(server);
            for (var user = 0; user < Users; user += Users - 1)
                Assert.Equal(Subjects, await ReadAsync(place, user));
            (await place.RunAsync("user", "remove", UserName(0), "--purge")).Succeeded();
            (await place.RunAsync("user", "add", UserName(0))).Succeeded();
            Assert.Equal("", (await place.RunAsync("mail", "list", UserName(0))).Succeeded().Output);
            await SendAsync(server);
            Assert.Equal(Subjects, await ReadAsync(place, 0));
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.Equal(Subjects.Concat(Subjects).Order(StringComparer.Ordinal), await ReadAsync(place, Users - 1));
    }

    private static IEnumerable<string> Subjects => Enumerable.Range(0, Connections).Select(i => $"Subject: mail {i}");

    /// <summary>Each user's mails by all connections at once.</summary>
    private static Task SendAsync(ServerProcess server) => Task.WhenAll(Enumerable.Range(0, Connections).Select(async i =>
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        for (var user = 0; user < Users; user++)
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [UserName(user)], System.Text.Encoding.ASCII.GetBytes($"Subject: mail {i}\r\n\r\nhello\r\n"))).Code);
    }));

    private static async Task<IEnumerable<string>> ReadAsync(TestPlace place, int user)
    {
        var target = Path.Combine(place.Directory, $"export-{Guid.NewGuid():n}");
        (await place.RunAsync("mail", "export", UserName(user), "--output", target)).Succeeded();
        return StoredMaildir.Files(target).SelectMany(File.ReadLines).Where(line => line.StartsWith("Subject: ", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    private static string UserName(int i) => $"user{i}@example.org";
}
