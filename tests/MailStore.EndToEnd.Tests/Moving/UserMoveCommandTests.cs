using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary><c>mailstore user move</c> as an administrator uses it, with a server and without.</summary>
public sealed class UserMoveCommandTests
{
    private const string Alice = "alice@example.org";
    private const string Tables = "\n[mda.maildir]\n\n[mda.hashed]\nmodule = \"maildir\"\npath = \"hashed/{hash:2}/{user}\"\n\n[mda.litedb]\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_moves_to_another_format_and_back_with_all_his_mail(bool isServed)
    {
        using var place = new TestPlace(Tables);
        var server = await ServerProcess.StartAsync(place);
        try
        {
            (await place.RunAsync("user", "add", Alice)).Succeeded();
            foreach (var id in (string[])["one", "two", "three"])
                await SendAsync(server, id);
            var home = place.MaildirOf(Alice);
            var file = StoredMaildir.Files(home)[0];
            File.Move(file, Path.Combine(home, "cur", Path.GetFileName(file) + ":2,FS"));
            if (!isServed)
                Assert.Equal(0, await server.StopAsync());
            var before = await ListAsync(place);

            var moved = (await place.RunAsync("user", "move", Alice, "--mda", "litedb")).Succeeded();
            Assert.Contains($"user '{Alice}' moved from mda 'maildir' to mda 'litedb': 3 mails", moved.Errors, StringComparison.Ordinal);
            Assert.Equal("", moved.Output);
            Assert.False(Directory.Exists(home));
            Assert.Equal(before, await ListAsync(place));
            Assert.Contains("stays where he is", (await place.RunAsync("user", "move", Alice, "--mda", "litedb")).Succeeded().Errors, StringComparison.Ordinal);
            (await place.RunAsync("user", "move", Alice, "--mda", "hashed")).Succeeded();
            Assert.Equal(before, await ListAsync(place));
            Assert.Equal("", (await place.RunAsync("doctor")).Succeeded().Output);
            Assert.Contains("hashed/", (await place.RunAsync("user", "show", Alice)).Succeeded().Output, StringComparison.Ordinal);
            if (isServed)
            {
                await SendAsync(server, "four");
                Assert.Equal(before.Count + 1, (await ListAsync(place)).Count);
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_hook_is_run_at_the_switch_and_again_if_it_fails()
    {
        using var place = new TestPlace(Tables);
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await SendAsync(server, "one");
        var failed = await place.RunAsync("user", "move", Alice, "--mda", "litedb", "--hook", "exit 3");
        Assert.Contains("the hook ended with 3", failed.FailedClearly(75).Errors, StringComparison.Ordinal);

        var show = (await place.RunAsync("user", "show", Alice)).Succeeded().Output;
        Assert.Contains("on his way from mda 'maildir' to mda 'litedb' (switched), mail goes to mda 'litedb'", show, StringComparison.Ordinal);
        Assert.DoesNotContain("origin", show, StringComparison.Ordinal);
        Assert.Contains("unfinished-move", (await place.RunAsync("doctor")).Output, StringComparison.Ordinal);
        Assert.Contains("being moved", (await place.RunAsync("user", "test", Alice)).Succeeded().Output, StringComparison.Ordinal);
        await SendAsync(server, "two");

        var said = Path.Combine(place.Directory, "said");
        (await place.RunAsync("user", "move", Alice, "--hook", $"echo \"$MAILSTORE_USER $MAILSTORE_OLD_MDA $MAILSTORE_OLD_HOME $MAILSTORE_NEW_MDA\" >> '{said}'")).Succeeded();
        Assert.Equal($"{Alice} maildir {place.MaildirOf(Alice)} litedb\n", await File.ReadAllTextAsync(said));
        Assert.Equal(2, (await ListAsync(place)).Count);
        Assert.Equal("", (await place.RunAsync("doctor")).Succeeded().Output);
    }

    [Fact]
    public async Task A_move_that_was_given_up_leads_back()
    {
        using var place = new TestPlace(Tables);
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await SendAsync(server, "one");
        (await place.RunAsync("user", "move", Alice, "--mda", "litedb", "--hook", "false")).FailedClearly(75);
        await SendAsync(server, "two");
        Assert.Contains("the move was given up", (await place.RunAsync("user", "move", Alice, "--abort")).Succeeded().Errors, StringComparison.Ordinal);
        Assert.Equal(2, StoredMaildir.Files(place.MaildirOf(Alice)).Count);
        Assert.Equal("", (await place.RunAsync("doctor")).Succeeded().Output);
    }

    [Fact]
    public async Task Many_users_move_at_once_and_what_would_be_moved_is_told_before()
    {
        using var place = new TestPlace(Tables);
        await using var server = await ServerProcess.StartAsync(place);
        var users = Enumerable.Range(0, 5).Select(SentMail.UserName).ToList();
        await place.AddUsersAsync([.. users, "other@example.net", "nomail@example.org", $"info@example.org alias={users[0]}"]);
        foreach (var user in (string[])[.. users, "other@example.net"])
            await SendAsync(server, "one", user);

        var dry = (await place.RunAsync("user", "move", "--domain", "example.org", "--mda", "litedb", "--dry-run", "--json")).Succeeded();
        var lines = dry.Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(7, lines.Count);
        Assert.Equal(5, lines.Count(line => line.GetProperty("outcome").GetString() == "looked" && line.GetProperty("mails").GetInt64() == 1));
        Assert.True(Directory.Exists(place.MaildirOf(users[0])));

        var moved = (await place.RunAsync("user", "move", "--domain", "example.org", "--mda", "litedb", "--parallel", "3")).Succeeded();
        Assert.Contains("7 users: 5 moved, 1 had no mail yet, 1 stay where they are; 5 mails", moved.Errors, StringComparison.Ordinal);
        Assert.All(users, user => Assert.False(Directory.Exists(place.MaildirOf(user))));
        Assert.True(Directory.Exists(place.MaildirOf("other@example.net")));
        Assert.Contains("8 users: 1 moved, 7 stay where they are", (await place.RunAsync("user", "move", "--all", "--mda", "litedb", "--rate", "1M")).Succeeded().Errors, StringComparison.Ordinal);
        Assert.Equal("", (await place.RunAsync("doctor")).Succeeded().Output);
    }

    [Theory]
    [InlineData(64, "nobody to move", "user", "move", "--mda", "litedb")]
    [InlineData(64, "--parallel takes 1 to 64", "user", "move", Alice, "--parallel", "0")]
    [InlineData(64, "--rate takes a size", "user", "move", Alice, "--rate", "fast")]
    [InlineData(64, "exclude each other", "user", "move", "--all", "--domain", "example.org", "--mda", "litedb")]
    [InlineData(67, "there is no user", "user", "move", "nobody@example.org", "--mda", "litedb")]
    [InlineData(65, "did you mean 'litedb'?", "user", "move", Alice, "--mda", "litdb")]
    public async Task A_mistake_gives_one_clear_message(int exitCode, string message, params string[] arguments)
    {
        using var place = new TestPlace(Tables);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        Assert.Contains(message, (await place.RunAsync(arguments)).FailedClearly(exitCode).Errors, StringComparison.Ordinal);
    }

    private static async Task SendAsync(ServerProcess server, string id, string user = Alice)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [user], SentMail.Of(user, id))).Code);
    }

    /// <summary>All that a list tells, but for the ids.</summary>
    private static async Task<List<string>> ListAsync(TestPlace place) =>
        [.. (await place.RunAsync("mail", "list", Alice, "--json")).Succeeded().Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .Select(mail => $"{mail.GetProperty("arrival").GetDateTimeOffset().ToUnixTimeSeconds()} {mail.GetProperty("size")} {mail.GetProperty("flags")}")];
}
