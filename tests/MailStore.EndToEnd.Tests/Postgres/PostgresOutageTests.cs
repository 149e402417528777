using System.Globalization;
using System.Text;
using MailStore.EndToEnd.Tests.Clusters;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Postgres;

/// <summary>Users and mail in PostgreSQL, which goes away under load: the server, or the network to it.</summary>
public sealed class PostgresOutageTests
{
    private const int Users = 20;

    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Long ? 30 : 6);

    // longer than a delivery looks for its outcome, or else all are stored in the end
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(Long ? 30 : 15);

    [TheoryIf(FactIfAttribute.Postgres), InlineData("table", "lock"), InlineData("schema", "trial")]
    public Task While_the_server_is_down_mail_waits_and_then_nothing_is_lost_or_doubled(string layout, string creator) =>
        OutageAsync(layout, creator, async (server, _) =>
        {
            await server.StopAsync();
            await Task.Delay(Outage);
            await server.StartAsync();
        });

    [TheoryIf(FactIfAttribute.Postgres), InlineData("table", "trial")]
    public Task While_the_network_swallows_everything_mail_waits_and_then_nothing_is_lost_or_doubled(string layout, string creator) =>
        OutageAsync(layout, creator, async (_, proxy) =>
        {
            proxy.HoldAll();
            await Task.Delay(Silence);
            proxy.Release();
        });

    [FactIf(FactIfAttribute.Postgres)]
    public async Task A_mail_is_listed_and_goes_with_its_user()
    {
        await using var server = await PostgresServer.StartNewAsync();
        using var place = new TestPlace(Configuration(server.Port, "schema", "lock"));
        await using var mailstore = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", UserName(0))).Succeeded();
        await using (var client = await LmtpClient.ConnectAsync(mailstore.EndPoint))
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [UserName(0)], Mail("one"))).Code);
        Assert.Single((await place.RunAsync("mail", "list", UserName(0))).Succeeded().Output.Trim().Split('\n'));
        Assert.Contains("answers in", (await place.RunAsync("health")).Succeeded().Output, StringComparison.Ordinal);
        (await place.RunAsync("user", "remove", UserName(0), "--purge")).Succeeded();
        Assert.Equal("0|0", (await server.PsqlAsync("SELECT (SELECT count(*) FROM mailstore.mailboxes), (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'mailstore\\_%')")).Trim());
    }

    private static async Task OutageAsync(string layout, string creator, Func<PostgresServer, HoldingProxy, Task> outage)
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var proxy = new HoldingProxy(server.Port);
        using var place = new TestPlace(Configuration(proxy.Port, layout, creator));
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(UserName));
        await using var mailstore = await ServerProcess.StartAsync(place);
        await using var load = new OutageLoad([mailstore.EndPoint], [.. Enumerable.Range(0, Users).Select(UserName)]);
        await Task.Delay(2000);
        await outage(server, proxy);
        await load.FlowAsync(100, () => mailstore.Log);
        await load.EndAsync();
        Assert.NotEqual(0, load.Refusals);

        // what was answered as failed and stored all the same is taken back soon
        var wanted = load.Sent.Select(mail => $"{mail.Value}|{mail.Key}").Order(StringComparer.Ordinal).ToList();
        var found = await ReadAsync(server, layout);
        for (var i = 0; i < 600 && !found.SequenceEqual(wanted); i++)
        {
            await Task.Delay(100);
            found = await ReadAsync(server, layout);
        }

        Assert.Equal(wanted, found);
    }

    private static async Task<List<string>> ReadAsync(PostgresServer server, string layout)
    {
        const string columns = "b.username || '|' || substring(convert_from(c.content, 'UTF8') FROM 'Subject: ([^\\n]*)')";
        var boxes = layout == "table" ? [""] : (await server.PsqlAsync("SELECT '_' || box FROM mailstore.mailboxes")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var parts = boxes.Select(box => $"SELECT {columns} FROM mailstore.mailboxes b JOIN mailstore{box}.mails m USING (box) JOIN mailstore{box}.chunks c ON c.box = m.box AND c.mail = m.id");
        var rows = await server.PsqlAsync(string.Join(" UNION ALL ", parts));
        return [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    private static string Configuration(int port, string layout, string creator)
    {
        var connection = string.Create(CultureInfo.InvariantCulture, $"connection = \"Host=127.0.0.1;Port={port};Username={PostgresServer.User};Database=postgres\"");
        return $"""
            mda = "postgres"
            creator = "{creator}"
            userdb = "postgres"

            [mda.postgres]
            {connection}
            layout = "{layout}"
            timeout = "2s"

            [userdb.postgres]
            {connection}
            timeout = "2s"
            lock_lease = "3s"
            """;
    }

    private static string UserName(int i) => string.Create(CultureInfo.InvariantCulture, $"user{i}@example.org");

    private static byte[] Mail(string id) => Encoding.ASCII.GetBytes($"Subject: {id}\r\n\r\nhello\r\n");
}
