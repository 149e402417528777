using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>Many connections deliver the first mail of one user, and of many users, at the same instant.</summary>
public sealed class FirstMailStormTests
{
    private const int Connections = 64;

    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly byte[] Mail = "Subject: first\r\n\r\nhello\r\n"u8.ToArray();

    /// <summary>Only root may give files away: then every user has a uid of his own, of the database's sequence.</summary>
    private static readonly string UidForEach =
        Environment.UserName == "root" ? "\n[mda.maildir]\nfirst_uid = 20000\nlast_uid = 29999\ngid = 20000\n" : "";

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    public async Task Of_many_first_mails_at_once_one_allocation_counts_and_all_mails_are_in_one_Maildir(string creator)
    {
        var rounds = Long ? 200 : 20;
        using var place = new TestPlace($"creator = \"{creator}\"\n{UidForEach}");
        await place.AddUsersAsync(Enumerable.Range(0, rounds).Select(UserName));
        await using var server = await ServerProcess.StartAsync(place);
        var clients = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => LmtpClient.ConnectAsync(server.EndPoint)));
        for (var round = 0; round < rounds; round++)
        {
            var user = UserName(round);
            var replies = await Task.WhenAll(clients.Select(client => client.SendMailAsync("", [user], Mail)));
            Assert.All(replies, reply => Assert.Equal(250, Assert.Single(reply).Code));
            Assert.Equal(Connections, StoredMaildir.Files(place.MaildirOf(user)).Count);
        }

        foreach (var client in clients)
            await client.DisposeAsync();
        await AuditAsync(place, rounds);
    }

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    public async Task A_storm_over_a_thousand_new_users_allocates_each_once(string creator)
    {
        const int users = 1000;
        const int mailsForEach = 4;
        using var place = new TestPlace($"creator = \"{creator}\"\n{UidForEach}");
        await place.AddUsersAsync(Enumerable.Range(0, users).Select(UserName));
        await using var server = await ServerProcess.StartAsync(place);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            while (Interlocked.Increment(ref next) is var i && i < users * mailsForEach)
            {
                // neighbours in time share a user
                var replies = await client.SendMailAsync("", [UserName(i / mailsForEach)], Mail);
                Assert.Equal(250, Assert.Single(replies).Code);
            }
        }));
        await AuditAsync(place, users);
        for (var i = 0; i < users; i++)
            Assert.Equal(mailsForEach, StoredMaildir.Files(place.MaildirOf(UserName(i))).Count);
    }

    /// <summary>Each record bears one allocation, each has a home of its own, and no directory is there that no record knows.</summary>
    private static async Task AuditAsync(TestPlace place, int count)
    {
        var lines = (await place.RunAsync("user", "list", "--json")).Succeeded().Output.Trim().Split('\n');
        var users = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        if (UidForEach.Length > 0)
            Assert.Equal(count, users.Select(user => user.GetProperty("uid").GetString()).Distinct().Count());
        var homes = users.Select(user => user.GetProperty("home").GetString()).ToList();
        Assert.Equal(count, homes.Count);
        Assert.Equal(count, homes.Distinct().Count());
        var root = Path.Combine(place.DataDirectory, "mail", "example.org");
        Assert.Equal(homes.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(root).Order(StringComparer.Ordinal));
    }

    private static string UserName(int i) => $"user{i}@example.org";
}
