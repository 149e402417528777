using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>A user from 'add' to 'remove', by the commands, while a server runs.</summary>
public sealed class UserLifeTests
{
    private const string Alice = "alice@example.org";

    private static readonly byte[] Mail = "Subject: hello\r\n\r\nhello\r\n"u8.ToArray();

    [Fact]
    public async Task A_disabled_user_is_refused_and_an_enabled_one_served_again()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        (await place.RunAsync("user", "set", Alice, "enabled=false")).Succeeded();
        Assert.Equal("550 5.2.1", Start(await RecipientAsync(server, Alice)));
        (await place.RunAsync("user", "set", Alice, "--unset", "enabled")).Succeeded();
        Assert.Equal("250 2.1.5", Start(await RecipientAsync(server, Alice)));
        Assert.Equal("550 5.1.1", Start(await RecipientAsync(server, "nobody@example.org")));
    }

    [Fact]
    public async Task Who_is_removed_with_his_mail_kept_and_added_again_sees_none_of_it()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await SendAsync(server, Alice);
        var oldHome = await HomeAsync(place);

        (await place.RunAsync("user", "remove", Alice)).FailedClearly(65);
        (await place.RunAsync("user", "remove", Alice, "--keep-mail")).Succeeded();
        Assert.Equal("550 5.1.1", Start(await RecipientAsync(server, Alice)));
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        Assert.Equal("", (await place.RunAsync("mail", "list", Alice)).Succeeded().Output);
        await SendAsync(server, Alice);

        Assert.Single((await place.RunAsync("mail", "list", Alice)).Succeeded().Output.Trim().Split('\n'));
        var newHome = await HomeAsync(place);
        Assert.NotEqual(oldHome, newHome);
        Assert.Single(StoredMaildir.Files(oldHome));
        Assert.Single(StoredMaildir.Files(newHome));
    }

    [Fact]
    public async Task Who_is_removed_with_purge_leaves_nothing()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await SendAsync(server, Alice);
        (await place.RunAsync("user", "remove", Alice, "--purge")).Succeeded();
        Assert.False(Directory.Exists(place.MaildirOf(Alice)));
        (await place.RunAsync("user", "show", Alice)).FailedClearly(67);
    }

    [Fact]
    public async Task The_mda_of_an_allocated_user_is_not_changed_by_set_and_the_way_out_is_named()
    {
        using var place = new TestPlace("\n[mda.maildir]\n\n[mda.archive]\nmodule = \"maildir\"\npath = \"archive/{user}\"\n");
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        (await place.RunAsync("user", "set", Alice, "mda=archive")).Succeeded();
        (await place.RunAsync("user", "set", Alice, "mda=maildir")).Succeeded();
        await SendAsync(server, Alice);

        var refused = (await place.RunAsync("user", "set", Alice, "mda=archive")).FailedClearly(65);
        Assert.Contains($"'mailstore user move {Alice} --mda NAME'", refused.Errors, StringComparison.Ordinal);
        refused = (await place.RunAsync("user", "set", Alice, "path=elsewhere")).FailedClearly(65);
        Assert.Contains($"mailstore user move {Alice} path=", refused.Errors, StringComparison.Ordinal);
        (await place.RunAsync("user", "set", Alice, "quota=10M")).Succeeded();
    }

    [Fact]
    public async Task A_full_quota_is_temporary_unless_configured_otherwise()
    {
        foreach (var (configured, reply) in (ValueTuple<string, string>[])[("temporary", "452 4.2.2"), ("permanent", "552 5.2.2")])
        {
            using var place = new TestPlace($"\n[delivery]\nover_quota = \"{configured}\"\n");
            await using var server = await ServerProcess.StartAsync(place);
            (await place.RunAsync("user", "add", Alice, "quota=1")).Succeeded();
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            Assert.Equal(reply, Start(Assert.Single(await client.SendMailAsync("", [Alice], Mail)).ToString()));
        }
    }

    [Fact]
    public async Task A_detail_goes_to_the_user_and_stays_in_the_headers()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await SendAsync(server, "Alice+Lists@EXAMPLE.org");
        var (added, mail) = StoredMaildir.Open(Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice))));
        Assert.Equal(Alice, added["Delivered-To"]);
        Assert.Equal("Alice+Lists@EXAMPLE.org", added["X-Original-To"]);
        Assert.Equal("<sender@example.net>", added["Return-Path"]);
        Assert.Equal("Subject: hello\n\nhello\n"u8.ToArray(), mail);
    }

    [Fact]
    public async Task An_import_tells_every_mistake_and_keeps_the_good_lines()
    {
        using var place = new TestPlace();
        var file = Path.Combine(place.Directory, "users.txt");
        await File.WriteAllLinesAsync(file, [
            "# people", "alice@example.org", "bob@example.org quota=lots", "", "carol@example.org pth=x", "dave@example.org quota=1G", "Alice@Example.org quota=1G", "eve@example.org quota"]);
        var result = await place.RunAsync("user", "import", file);
        Assert.Equal(65, result.ExitCode);
        foreach (var line in (int[])[3, 5, 7, 8])
            Assert.Contains($"users.txt({line}): ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("2 users added, 4 lines with mistakes", result.Errors, StringComparison.Ordinal);
        Assert.Equal(["alice@example.org", "dave@example.org quota=1G"], (await place.RunAsync("user", "list")).Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task Users_survive_a_move_between_databases_by_json()
    {
        using var place = new TestPlace();
        await using (var server = await ServerProcess.StartAsync(place))
        {
            (await place.RunAsync("user", "add", Alice, "quota=10M")).Succeeded();
            await SendAsync(server, Alice);
            await server.StopAsync();
        }

        var all = (await place.RunAsync("user", "list", "--json")).Succeeded().Output;
        var home = await HomeAsync(place);
        foreach (var file in Directory.GetFiles(place.DataDirectory, "users*"))
            File.Delete(file);
        (await MailStoreProgram.RunAsync(place.Directory, System.Text.Encoding.UTF8.GetBytes(all), ["user", "import", "--json", "-"])).Succeeded();
        Assert.Equal(home, await HomeAsync(place));
        Assert.Single((await place.RunAsync("mail", "list", Alice)).Succeeded().Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_null_in_an_import_of_json_is_a_mistake_of_that_line_alone()
    {
        using var place = new TestPlace();
        string[] lines =
        [
            "null",
            """{"name":null}""",
            """{"name":"a@example.org","settings":null}""",
            """{"name":"b@example.org","settings":{"quota":null}}""",
            """{"name":"c@example.org","allocation":{"id":"1","mda":null,"form":1,"values":{}}}""",
            """{"name":"d@example.org","allocation":{"id":"1","mda":"maildir","form":1}}""",
            $$"""{"name":"{{Alice}}"}""",
        ];
        var result = await MailStoreProgram.RunAsync(
            place.Directory, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)), ["user", "import", "--json", "-"]);
        result.FailedClearly(65);
        for (var line = 1; line < lines.Length; line++)
            Assert.Contains($"standard input({line}): ", result.Errors, StringComparison.Ordinal);
        Assert.Equal(Alice, (await place.RunAsync("user", "list")).Succeeded().Output.Trim());
    }

    [Fact]
    public async Task Mail_is_listed_shown_and_exported()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await SendAsync(server, Alice);
        await SendAsync(server, Alice);
        var stored = StoredMaildir.Files(place.MaildirOf(Alice)).Select(File.ReadAllText).Order().ToList();

        var listed = (await place.RunAsync("mail", "list", Alice, "--json")).Succeeded().Output.Trim().Split('\n');
        var shown = new List<string>();
        foreach (var line in listed)
            shown.Add((await place.RunAsync("mail", "show", Alice, JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!)).Succeeded().Output);
        Assert.Equal(stored, shown.Order());

        var maildir = Path.Combine(place.Directory, "out.maildir");
        (await place.RunAsync("mail", "export", Alice, "--output", maildir)).Succeeded();
        Assert.Equal(stored, StoredMaildir.Files(maildir).Select(File.ReadAllText).Order());
        var mbox = Path.Combine(place.Directory, "out.mbox");
        (await place.RunAsync("mail", "export", Alice, "--format", "mbox", "--output", mbox)).Succeeded();
        Assert.Equal(2, File.ReadLines(mbox).Count(line => line.StartsWith("From sender@example.net ", StringComparison.Ordinal)));
        (await place.RunAsync("mail", "export", Alice, "--output", maildir)).FailedClearly(73);
        (await place.RunAsync("mail", "show", Alice, "../../users.db")).FailedClearly(65);
    }

    private static async Task SendAsync(ServerProcess server, string recipient)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [recipient], Mail)).Code);
    }

    private static async Task<string> RecipientAsync(ServerProcess server, string recipient)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        await client.CommandAsync("MAIL FROM:<>");
        return (await client.CommandAsync($"RCPT TO:<{recipient}>")).ToString()!;
    }

    private static async Task<string> HomeAsync(TestPlace place) =>
        JsonDocument.Parse((await place.RunAsync("user", "show", Alice, "--json")).Succeeded().Output).RootElement.GetProperty("home").GetString()!;

    private static string Start(string reply) => reply[..9];
}
