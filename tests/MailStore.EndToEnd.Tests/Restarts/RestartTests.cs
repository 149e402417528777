using System.Globalization;
using System.Text.Json;
using MailStore.Benchmarks.Restarts;
using MailStore.EndToEnd.Tests.Authors;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Restarts;

/// <summary>A restart of the service under full load, with another plugin each time: clients see a pause, and nothing else.</summary>
public sealed class RestartTests(ITestOutputHelper output)
{
    private const int Connections = 16;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly int Restarts = IsLong ? 20 : 3;
    private static readonly int Users = IsLong ? 6000 : 1500;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Restarts_under_load_with_a_changed_plugin_lose_nothing_double_nothing_and_refuse_nobody()
    {
        using var place = new TestPlace();
        var modules = place.OwnModules();
        place.Configure("", modules);
        await place.AddUsersAsync(Enumerable.Range(0, Users).Select(MtaClients.UserName));
        var plugin = Path.Combine(modules, "maildir", "MailStore.Maildir.dll");
        var original = await File.ReadAllBytesAsync(plugin);

        await using var supervisor = new Supervisor(MailStoreProgram.Path, place.Directory);
        await using var clients = new MtaClients(supervisor.EndPoints, Connections, Users);
        await supervisor.StartAsync();
        clients.Start();
        await Task.Delay(Between);
        var restarts = new List<Restart>();
        for (var number = 1; number <= Restarts; number++)
        {
            // as cp does, while the old one runs
            var (changed, version) = PluginStamp.Next(original, number);
            await File.WriteAllBytesAsync(plugin, changed);
            restarts.Add(await supervisor.RestartAsync());
            Assert.Equal(version, await VersionOfRunningMaildirAsync(place));
            await Task.Delay(Between);
        }

        await clients.StopAsync();
        Assert.Equal(0, await supervisor.StopAsync());
        Tell(clients.Tally, restarts);
        Assert.True(clients.Tally.Failures.Count == 0, $"{clients.Tally.Failures.Count} failures: {string.Join("; ", clients.Tally.Failures.Take(10))}\n{Tail(supervisor.Log)}");
        Assert.True(clients.Tally.Stored.Count > 10 * Restarts, $"only {clients.Tally.Stored.Count} mails were stored: no load");
        StoredMails.AreExactly(clients.Tally, place);
    }

    private static async Task<string?> VersionOfRunningMaildirAsync(TestPlace place)
    {
        var lines = (await place.RunAsync("module", "list", "--json")).Succeeded().Output.Trim().Split('\n');
        var maildir = lines.Select(line => JsonDocument.Parse(line).RootElement).Single(module => module.GetProperty("module").GetString() == "maildir");
        Assert.Equal("running", maildir.GetProperty("state").GetString());
        Assert.False(maildir.TryGetProperty("restart_needed", out _), "the running plugin is not the one in modules.d");
        return maildir.GetProperty("version").GetString();
    }

    private void Tell(MtaTally tally, List<Restart> restarts)
    {
        var pauses = restarts.Select(restart => tally.LongestPause(restart.Began, restart.Ready).TotalMilliseconds).Order().ToList();
        var stops = restarts.Select(restart => restart.Stopping.TotalMilliseconds).Order().ToList();
        var note = string.Create(CultureInfo.InvariantCulture,
            $"{restarts.Count} restarts under load, another plugin each time: {tally.Stored.Count} mails stored, {tally.Failures.Count} failures, {tally.TurnedAway} connections closed between two mails and made anew; "
            + $"pause median {pauses[pauses.Count / 2]:F0} ms, worst {pauses[^1]:F0} ms (of it the stop: median {stops[stops.Count / 2]:F0} ms, worst {stops[^1]:F0} ms); longest wait of a mail {tally.LongestMail.TotalMilliseconds:F0} ms");
        Notes.Add(output, note);
    }

    private static string Tail(string log) => string.Join('\n', log.Split('\n').TakeLast(40));
}
