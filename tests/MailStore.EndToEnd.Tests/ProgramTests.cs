using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>The demo, what modules say of themselves, health, and the end of a server.</summary>
public sealed class ProgramTests
{
    [Fact]
    public async Task The_demo_tells_each_step_and_leaves_nothing_behind()
    {
        using var place = new TestPlace();
        var demo = (await place.RunAsync("demo")).Succeeded();
        foreach (var step in (string[])["missing home", "creator 'trial'", "allocated by mda 'maildir'", "stored by mda 'maildir' as", "250 2.0.0", "550 5.1.1", "vip/"])
            Assert.Contains(step, demo.Output, StringComparison.Ordinal);
        Assert.Equal("", demo.Errors);
        Assert.False(Directory.Exists(place.DataDirectory));
    }

    [Fact]
    public async Task A_module_describes_exactly_the_options_that_the_check_accepts()
    {
        using var place = new TestPlace();
        var described = JsonDocument.Parse((await place.RunAsync("module", "describe", "maildir", "--json")).Succeeded().Output).RootElement;
        var options = described.GetProperty("options").EnumerateArray().ToList();
        Assert.NotEmpty(options);
        var table = new StringBuilder("\n[mda.maildir]\n");
        foreach (var option in options)
        {
            foreach (var property in (string[])["key", "type", "default", "description"])
                Assert.True(option.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String, $"{option} lacks {property}");
            Assert.NotEqual("", option.GetProperty("description").GetString());
            var (key, text) = (option.GetProperty("key").GetString()!, option.GetProperty("default").GetString()!);
            // an option without a default is set by nobody
            if (text.Length > 0 && text != "none" && !text.StartsWith('('))
                table.Append(key).Append(" = ").Append(text).Append('\n');
        }

        place.Configure(table.ToString(), MailStoreProgram.ModulesDirectory);
        (await place.RunAsync("config", "check")).Succeeded();
        foreach (var option in options)
        {
            place.Configure($"\n[mda.maildir]\n{option.GetProperty("key").GetString()}x = 1\n", MailStoreProgram.ModulesDirectory);
            Assert.Contains("unknown key", (await place.RunAsync("config", "check")).FailedClearly(78).Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_config_show_prints_is_a_configuration_of_the_same_meaning()
    {
        using var place = new TestPlace("creator = \"lock\"\n\n[domain.\"example.org\"]\nquota = \"1G\"\n");
        var shown = (await place.RunAsync("config", "show")).Succeeded().Output;
        Assert.Contains("mailstore.toml(3,", shown, StringComparison.Ordinal);
        await File.WriteAllTextAsync(place.ConfigurationFile, shown);
        (await place.RunAsync("config", "check")).Succeeded();
        var again = (await place.RunAsync("config", "show")).Succeeded().Output;
        Assert.Equal(WithoutComments(shown), WithoutComments(again));
    }

    [Fact]
    public async Task Health_is_told_while_a_server_runs_and_its_absence_too()
    {
        using var place = new TestPlace();
        (await place.RunAsync("health")).FailedClearly(69);
        await using var server = await ServerProcess.StartAsync(place);
        var health = JsonDocument.Parse((await place.RunAsync("health", "--json")).Succeeded().Output).RootElement;
        Assert.True(health.GetProperty("healthy").GetBoolean());
        Assert.Contains("maildir", health.GetProperty("modules").EnumerateArray().Select(module => module.GetProperty("instance").GetString()));
    }

    [Fact]
    public async Task The_admin_socket_is_the_owners_alone()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        const UnixFileMode readWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(readWrite, File.GetUnixFileMode(Path.Combine(place.DataDirectory, "admin.sock")));
        Assert.Equal(readWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(place.DataDirectory));
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public async Task A_signal_ends_the_server_with_421_to_idle_clients_and_exit_code_0(PosixSignal signal)
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        using var idle = new TcpClient("127.0.0.1", server.Port);
        using var replies = new StreamReader(idle.GetStream(), Encoding.ASCII);
        Assert.StartsWith("220 ", await replies.ReadLineAsync(), StringComparison.Ordinal);
        var watch = Stopwatch.StartNew();
        var exit = server.StopAsync(signal);
        Assert.StartsWith("421 4.3.2 ", await replies.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await replies.ReadLineAsync());
        Assert.Equal(0, await exit);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"it took {watch.Elapsed}");
        Assert.False(File.Exists(Path.Combine(place.DataDirectory, "admin.sock")));
    }

    [Fact]
    public async Task Each_command_has_a_help_that_fits_it()
    {
        using var place = new TestPlace();
        foreach (var command in (string[])["", "serve", "demo", "deliver", "user", "user add", "user set", "user show", "user list", "user remove", "user move", "user import", "user backup", "user test", "module", "module list", "module describe", "config check", "config show", "doctor", "health", "mail list", "mail show", "mail export"])
        {
            var help = (await place.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Succeeded();
            Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
        }
    }

    private static string WithoutComments(string toml) =>
        string.Join('\n', toml.Split('\n').Select(line => line.Split(" # ")[0].TrimEnd()).Where(line => line.Length > 0 && !line.StartsWith('#')));
}
