using System.Globalization;
using System.Text;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>All users are moved from one user database to another, and back, while mail comes.</summary>
public sealed class UserMoveTests
{
    private const string Alice = "alice@example.org";
    private const string Bob = "bob@example.org";
    private const string Carol = "carol@example.org";
    private const string Erin = "erin@example.org";
    private const string Zed = "zed@example.org";

    private static readonly bool IsRoot = Environment.UserName == "root";

    [FactIf(FactIfAttribute.Postgres)]
    public async Task Users_move_to_another_database_and_back_and_keep_their_mail_while_it_comes()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        using var storage = new TestPlace();
        Directory.CreateDirectory(Path.Combine(storage.Directory, "mail"));
        using var old = new TestPlace(Tables(storage, postgres, "userdb = \"litedb\""));
        using var cluster = new TestPlace(Tables(storage, postgres, "userdb = \"postgres\""));
        using var back = new TestPlace(Tables(storage, postgres, "userdb = \"litedb\""));

        // before: users of two formats, allocated and not, one removed whose mail was left, and some for whom there is none
        await old.AddUsersAsync([Alice, $"{Bob} mda=postgres", Carol, Erin, $"{Zed} mda=archive quota=1G", "off@example.org enabled=false", $"info@example.org alias={Alice}"]);
        await using (var server = await ServerProcess.StartAsync(old))
        {
            foreach (var user in (string[])[Alice, Bob, Erin, Zed])
                Assert.Equal(250, await SendAsync(server, user, "before"));
            (await old.RunAsync("user", "remove", Erin, "--keep-mail")).Succeeded();
            Assert.Equal(0, await server.StopAsync());
        }

        // between: the old one serves on, and changes nothing
        var counted = await CountersAsync(old);
        old.Configure($"userdb_read_only = true\n{Tables(storage, postgres, "userdb = \"litedb\"")}", MailStoreProgram.ModulesDirectory);
        await using (var server = await ServerProcess.StartAsync(old))
        {
            await MoveAsync(old, cluster, "6 users added, 0 lines with mistakes");
            Assert.Equal(250, await SendAsync(server, Alice, "between"));
            Assert.Equal(250, await SendAsync(server, Bob, "between"));
            Assert.Equal(451, await SendAsync(server, Carol, "between"));
            Assert.Contains("userdb_read_only", (await old.RunAsync("user", "add", Erin)).FailedClearly(75).Errors, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }

        // a second time nothing is left to do
        await MoveAsync(old, cluster, "0 users added, 6 were there already, 0 lines with mistakes");
        await AssertSameAsync(old, cluster);
        Assert.All(await RecordsAsync(cluster), user => Assert.True(user.GetProperty("version").GetInt64() > counted, $"{user} has a version that the old database may have given"));

        // after: the same mailboxes, and nobody gets what was another's
        await using (var server = await ServerProcess.StartAsync(cluster))
        {
            foreach (var user in (string[])[Alice, Bob, Carol, "info@example.org"])
                Assert.Equal(250, await SendAsync(server, user, "after"));
            Assert.Equal(550, await SendAsync(server, "off@example.org", "after"));
            (await cluster.RunAsync("user", "add", Erin)).Succeeded();
            Assert.Equal(250, await SendAsync(server, Erin, "after"));
            Assert.Equal(["after"], await SubjectsAsync(cluster, Erin));
            Assert.Equal(["after", "after", "before", "between"], await SubjectsAsync(cluster, Alice));
            Assert.Equal(["after", "before", "between"], await SubjectsAsync(cluster, Bob));
            if (IsRoot)
            {
                var uids = (await RecordsAsync(cluster)).Where(user => user.TryGetProperty("uid", out _)).Select(user => user.GetProperty("uid").GetString()).ToList();
                Assert.Equal(4, uids.Count);
                Assert.Equal(uids.Count, uids.Distinct().Count());
            }

            Assert.Equal(0, await server.StopAsync());
        }

        await AndBackAsync(cluster, back, storage, postgres);
    }

    [Fact]
    public async Task An_import_into_a_running_server_of_another_database_is_refused()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        place.Configure("userdb = \"postgres\"\n", MailStoreProgram.ModulesDirectory);
        var refused = await MailStoreProgram.RunAsync(place.Directory, Encoding.UTF8.GetBytes($$"""{"name":"{{Alice}}"}"""), ["user", "import", "--json", "-"]);
        Assert.Contains("has the userdb 'litedb', and the configuration says 'postgres'", refused.FailedClearly(78).Errors, StringComparison.Ordinal);
        Assert.Equal("", (await place.RunAsync("user", "list")).Succeeded().Output);
    }

    [Fact]
    public async Task A_list_that_does_not_say_how_far_its_database_has_counted_is_imported_with_a_warning()
    {
        using var place = new TestPlace();
        var line = $$"""{"name":"{{Alice}}","version":7}""";
        var result = (await MailStoreProgram.RunAsync(place.Directory, Encoding.UTF8.GetBytes(line), ["user", "import", "--json", "-"])).Succeeded();
        Assert.Contains("no line says how far it has counted", result.Errors, StringComparison.Ordinal);
        Assert.Contains("1 users added, 0 lines with mistakes", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>Back to a file. Its configuration lacks an MDA that a record names: that line is a mistake, and so is its user when he was imported before.</summary>
    private static async Task AndBackAsync(TestPlace cluster, TestPlace back, TestPlace storage, PostgresServer postgres)
    {
        var whole = Tables(storage, postgres, "userdb = \"litedb\"");
        var without = whole.Replace("[mda.archive]\nmodule = \"maildir\"\n", "[mda.other]\nmodule = \"maildir\"\n", StringComparison.Ordinal);
        Assert.NotEqual(whole, without);
        back.Configure(without, MailStoreProgram.ModulesDirectory);
        var list = (await cluster.RunAsync("user", "list", "--json")).Succeeded().Output;
        var import = await MailStoreProgram.RunAsync(back.Directory, Encoding.UTF8.GetBytes(list), ["user", "import", "--json", "-"]);
        Assert.Contains("standard input(7): 'mda' names 'archive'", import.FailedClearly(65).Errors, StringComparison.Ordinal);
        Assert.Contains("6 users added, 1 lines with mistakes", import.Errors, StringComparison.Ordinal);
        back.Configure(whole, MailStoreProgram.ModulesDirectory);
        await MoveAsync(cluster, back, "1 users added, 6 were there already, 0 lines with mistakes");
        await AssertSameAsync(cluster, back);

        back.Configure(without, MailStoreProgram.ModulesDirectory);
        await using (var server = await ServerProcess.StartAsync(back))
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            await client.CommandAsync("MAIL FROM:<>");
            Assert.StartsWith("4.3.5", Assert.Single((await Expect(client.CommandAsync($"RCPT TO:<{Zed}>"), 451)).Lines), StringComparison.Ordinal);
            await server.WaitForLogAsync("mda 'archive' is not configured; add a table [mda.archive]");
            Assert.Equal(250, await SendAsync(server, Alice, "again"));
        }

        back.Configure(whole, MailStoreProgram.ModulesDirectory);
        await using (var server = await ServerProcess.StartAsync(back))
        {
            foreach (var user in (string[])[Zed, Bob, Carol, Erin])
                Assert.Equal(250, await SendAsync(server, user, "again"));
            Assert.Equal(["after", "after", "again", "before", "between"], await SubjectsAsync(back, Alice));
            Assert.Equal(["after", "again", "before", "between"], await SubjectsAsync(back, Bob));
            Assert.Equal(["again", "before"], await SubjectsAsync(back, Zed));
            var home = (await RecordsAsync(back)).Single(user => user.GetProperty("name").GetString() == Alice).GetProperty("home").GetString()!;
            Assert.True(File.Exists(Path.Combine(home, "mailstore-owner")));
            foreach (var user in (string[])[Alice, Bob])
                (await back.RunAsync("user", "remove", user, "--purge")).Succeeded();
            Assert.False(Directory.Exists(home));
            Assert.Equal("0", (await postgres.PsqlAsync("SELECT count(*) FROM mailstore.mailboxes")).Trim());

            // what was removed long ago, and left, is still nobody's
            Assert.Equal(2, Directory.GetDirectories(Path.Combine(storage.Directory, "mail", "example.org"), "erin*").Length);
            Assert.Equal(["after", "again"], await SubjectsAsync(back, Erin));
        }
    }

    private static async Task MoveAsync(TestPlace from, TestPlace to, string said)
    {
        var list = (await from.RunAsync("user", "list", "--json")).Succeeded().Output;
        var import = await MailStoreProgram.RunAsync(to.Directory, Encoding.UTF8.GetBytes(list), ["user", "import", "--json", "-"]);
        Assert.Equal(said, import.Succeeded().Errors.Trim());
    }

    /// <summary>All but the versions.</summary>
    private static async Task AssertSameAsync(TestPlace one, TestPlace other)
    {
        Assert.Equal(await TextAsync(one), await TextAsync(other));

        static async Task<string> TextAsync(TestPlace place) => string.Join('\n', (await RecordsAsync(place)).Select(user => string.Join(
            ',', user.EnumerateObject().Where(property => property.Name is "name" or "settings" or "allocation").Select(property => property.Value.GetRawText()))));
    }

    private static async Task<List<JsonElement>> RecordsAsync(TestPlace place) =>
        [.. (await place.RunAsync("user", "list", "--json")).Succeeded().Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private static async Task<long> CountersAsync(TestPlace place) => (await RecordsAsync(place))[0].GetProperty("counters").GetProperty("version").GetInt64();

    private static async Task<List<string>> SubjectsAsync(TestPlace place, string user)
    {
        // by the server that runs
        using var server = new AdminClient(Path.Combine(place.DataDirectory, "admin.sock"));
        var subjects = new List<string>();
        await foreach (var mail in server.ListMailAsync(user, CancellationToken.None))
        {
            using var content = new MemoryStream();
            await server.CopyMailAsync(user, mail.Id, content, CancellationToken.None);
            subjects.Add(PlacedMail.Of(user, Encoding.UTF8.GetString(content.ToArray())).Subject);
        }

        subjects.Sort(StringComparer.Ordinal);
        return subjects;
    }

    private static async Task<int> SendAsync(ServerProcess server, string user, string subject)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        return Assert.Single(await client.SendMailAsync("", [user], Encoding.ASCII.GetBytes($"Subject: {subject}\r\n\r\nhello\r\n"))).Code;
    }

    private static async Task<LmtpReply> Expect(Task<LmtpReply> asked, int code)
    {
        var reply = await asked;
        Assert.True(reply.Code == code, reply.ToString());
        return reply;
    }

    private static string Tables(TestPlace storage, PostgresServer postgres, string userdb)
    {
        var uids = IsRoot ? "first_uid = 20000\nlast_uid = 29999\ngid = 20000\n" : "";
        var path = $"path = \"{storage.Directory}/mail/{{domain}}/{{local}}\"\n";
        var connection = string.Create(CultureInfo.InvariantCulture, $"connection = \"{postgres.Connection()}\"\n");
        return $"{userdb}\n[userdb.postgres]\n{connection}[mda.postgres]\n{connection}[mda.maildir]\n{path}{uids}[mda.archive]\nmodule = \"maildir\"\n{path}{uids}";
    }
}
