using System.Net.Sockets;
using System.Net;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>The mistakes of a newcomer, and of three in the morning: each gives one clear message and no stack trace.</summary>
public sealed class MistakeTests
{
    [Fact]
    public async Task No_modules_directory()
    {
        using var place = new TestPlace();
        place.Configure("", Path.Combine(place.Directory, "nowhere"));
        Told(await place.RunAsync("serve"), 78, "nowhere", "modules_dir");
    }

    [Fact]
    public async Task An_empty_modules_directory()
    {
        using var place = new TestPlace();
        place.Configure("", Directory.CreateDirectory(Path.Combine(place.Directory, "empty.d")).FullName);
        Told(await place.RunAsync("serve"), 78, "empty.d");
    }

    [Fact]
    public async Task A_text_file_that_is_called_a_DLL_stops_nothing_unless_it_is_configured()
    {
        using var place = new TestPlace();
        var modules = place.OwnModules();
        await File.WriteAllTextAsync(Path.Combine(modules, "x.dll"), "this is no DLL");
        place.Configure("", modules);
        var list = (await place.RunAsync("module", "list")).Succeeded().Output;
        Assert.Contains("x.dll", list, StringComparison.Ordinal);
        Assert.Contains("refused", list, StringComparison.Ordinal);
        Assert.Equal("", (await place.RunAsync("user", "list")).Succeeded().Errors);
    }

    [Fact]
    public async Task A_module_that_no_plugin_has()
    {
        using var place = new TestPlace("mda = \"maildri\"\n");
        Told(await place.RunAsync("serve"), 78, "mailstore.toml(3,", "maildri", "did you mean 'maildir'?");
    }

    [Fact]
    public async Task Two_plugins_with_a_module_of_the_same_name()
    {
        using var place = new TestPlace();
        var modules = place.OwnModules();
        TestPlace.CopyFolder(Path.Combine(modules, "maildir"), Path.Combine(modules, "maildir-copy"));
        place.Configure("", modules);
        Told(await place.RunAsync("serve"), 78, "maildir-copy", "maildir/");
    }

    [Fact]
    public async Task A_port_in_use()
    {
        var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var place = new TestPlace($"\n[lmtp]\nlisten = [\"127.0.0.1:{port}\"]\n");
        Told(await place.RunAsync("serve"), 69, $"127.0.0.1:{port}");
        other.Stop();
    }

    [Fact]
    public async Task A_stale_socket_is_taken_over_and_a_live_one_is_refused()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await using (var killed = await ServerProcess.StartAsync(place))
            await killed.KillAsync();
        Assert.True(File.Exists(Path.Combine(place.DataDirectory, "lmtp.sock")));
        await using var server = await ServerProcess.StartAsync(place);

        using var other = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{place.DataDirectory}/lmtp.sock\"]\n");
        Told(await other.RunAsync("serve"), 69, "lmtp.sock");
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read()
    {
        using var place = new TestPlace();
        Told(await place.RunAsync("config", "check", "--config", "missing.toml"), 78, "missing.toml");
        File.Delete(place.ConfigurationFile);
        Directory.CreateDirectory(place.ConfigurationFile);
        Told(await place.RunAsync("serve", "--config", place.ConfigurationFile), 78, "mailstore.toml");
    }

    [Fact]
    public async Task Five_mistakes_in_one_file_are_told_in_one_go()
    {
        using var place = new TestPlace();
        await File.WriteAllTextAsync(place.ConfigurationFile, $"""
            modules_dir = '{MailStoreProgram.ModulesDirectory}'
            creater = "trial"
            [lmtp]
            listen = "127.0.0.1:2424"
            max_message_size = "huge"
            [mda.maildir]
            pth = "mail"
            [domain."example.org"]
            quotta = "1G"
            """);
        var told = Told(await place.RunAsync("serve"), 78,
            "mailstore.toml(2,1): ", "did you mean 'creator'?",
            "mailstore.toml(4,", "mailstore.toml(5,",
            "mailstore.toml(7,1): unknown key 'pth' in [mda.maildir]; did you mean 'path'?",
            "mailstore.toml(9,1): ", "did you mean 'quota'?");
        Assert.Equal(5, told.Errors.Trim().Split('\n').Length);
        Assert.Equal(5, Told(await place.RunAsync("config", "check"), 78).Errors.Trim().Split('\n').Length);
    }

    [Fact]
    public async Task A_database_that_another_process_has_open()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        // the admin socket is gone, so the command tries to open the database itself
        File.Delete(Path.Combine(place.DataDirectory, "admin.sock"));
        var result = await place.RunAsync("user", "list");
        Assert.Contains(result.ExitCode, (int[])[75, 78]);
        Told(result, result.ExitCode, "users.db");
    }

    [Fact]
    public async Task A_damaged_database()
    {
        using var place = new TestPlace();
        Directory.CreateDirectory(place.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(place.DataDirectory, "users.db"), new string('x', 20000));
        Told(await place.RunAsync("serve"), 78, "users.db");
        Assert.Equal(20000, new FileInfo(Path.Combine(place.DataDirectory, "users.db")).Length);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_written()
    {
        using var place = new TestPlace();
        await File.WriteAllTextAsync(place.DataDirectory, "a file where the folder should be");
        Told(await place.RunAsync("serve"), 78, "data directory", place.DataDirectory);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        Told(await place.RunAsync("serve"), 69, "already");
    }

    [Fact]
    public async Task A_command_that_does_not_exist_and_an_option_that_does_not()
    {
        using var place = new TestPlace();
        Told(await place.RunAsync("sevre"), 64, "sevre");
        Told(await place.RunAsync("user", "add"), 64, "--help");
        Told(await place.RunAsync("user", "add", "no address at all@"), 65);
        // an MTA bounces on 64: a mistake in its configuration must not do that
        Told(await place.RunAsync("deliver", "--nonsense"), 75);
    }

    private static CommandResult Told(CommandResult result, int exitCode, params string[] parts)
    {
        result.FailedClearly(exitCode);
        foreach (var part in parts)
            Assert.Contains(part, result.Errors, StringComparison.Ordinal);
        return result;
    }
}
