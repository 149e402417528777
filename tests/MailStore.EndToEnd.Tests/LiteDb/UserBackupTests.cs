using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.LiteDb;

/// <summary><c>mailstore user backup</c>, of a server that is at work, and what comes of it at another one.</summary>
public sealed class UserBackupTests
{
    private static readonly byte[] Mail = "Subject: hello\r\n\r\nhello\r\n"u8.ToArray();

    [Fact]
    public async Task A_copy_made_under_load_serves_a_second_server()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync(Enumerable.Range(0, 500).Select(i => $"user{i:D3}@example.org"));
        var backup = Path.Combine(place.Directory, "users.backup");
        await using (var server = await ServerProcess.StartAsync(place))
        {
            // the first mails: each writes an allocation
            using var end = new CancellationTokenSource();
            var load = Task.Run(async () =>
            {
                await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
                for (var i = 0; i < 500 && !end.IsCancellationRequested; i++)
                    Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [$"user{i:D3}@example.org"], Mail)).Code);
            });
            var said = (await place.RunAsync("user", "backup", backup)).Succeeded();
            Assert.Contains($"user database copied to {backup}", said.Errors, StringComparison.Ordinal);
            Assert.Equal("", said.Output);
            await end.CancelAsync();
            await load;
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        Assert.Empty(Directory.GetFiles(place.Directory, ".users.backup*"));

        using var second = await RestoreAsync(backup);
        var users = (await second.RunAsync("user", "list", "--json")).Succeeded().Output.Trim().Split('\n');
        Assert.Equal(500, users.Length);
        // of one instant: the first users have their allocation, the others none, with nothing in between
        var allocated = users.Select(user => user.Contains("\"allocation\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(allocated.OrderDescending(), allocated);
        (await second.RunAsync("user", "add", "new@example.org")).Succeeded();
    }

    [Fact]
    public async Task Of_a_server_at_rest_the_copy_lists_the_same_users_to_the_letter()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync(["alice@example.org quota=1G", "bob@example.org", "zo\u00eb@example.org"]);
        var backup = Path.Combine(place.Directory, "users.backup");
        string listed;
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            await client.SendMailAsync("", ["alice@example.org"], Mail);
            (await place.RunAsync("user", "backup", backup)).Succeeded();
            listed = (await place.RunAsync("user", "list", "--json")).Succeeded().Output;
            await server.KillAsync();
        }

        using var second = await RestoreAsync(backup);
        Assert.Equal(listed, (await second.RunAsync("user", "list", "--json")).Succeeded().Output);

        // a restore in place, after the server was killed: the journal of other times goes
        (await place.RunAsync("user", "add", "carol@example.org")).Succeeded();
        File.Copy(backup, Path.Combine(place.DataDirectory, "users.db"), overwrite: true);
        File.Delete(Path.Combine(place.DataDirectory, "users.db-journal"));
        Assert.Equal(listed, (await place.RunAsync("user", "list", "--json")).Succeeded().Output);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_where_that_was_said_and_only_by_a_whole_one()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync(["alice@example.org"]);
        var backup = Path.Combine(place.Directory, "users.backup");
        await File.WriteAllTextAsync(backup, "precious");
        Assert.Contains("--overwrite", (await place.RunAsync("user", "backup", backup)).FailedClearly(73).Errors, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(backup));
        (await place.RunAsync("user", "backup", backup, "--overwrite")).Succeeded();
        using var second = await RestoreAsync(backup);
        Assert.Contains("alice@example.org", (await second.RunAsync("user", "list")).Succeeded().Output, StringComparison.Ordinal);

        (await place.RunAsync("user", "backup", Path.Combine(place.Directory, "absent", "file"))).FailedClearly(73);
        (await place.RunAsync("user", "backup", place.Directory)).FailedClearly(73);
        Assert.Empty(Directory.GetFiles(place.Directory, "*.part"));
    }

    private static async Task<TestPlace> RestoreAsync(string backup)
    {
        var place = new TestPlace();
        Directory.CreateDirectory(place.DataDirectory);
        await using var from = File.OpenRead(backup);
        await using var to = File.Create(Path.Combine(place.DataDirectory, "users.db"));
        await from.CopyToAsync(to);
        return place;
    }
}
