using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>What <c>module list</c> tells of modules.d, of the configuration and of the running server.</summary>
public sealed class ModuleListTests
{
    private const string Archive = "mda = \"maildir\"\n\n[mda.maildir]\n\n[mda.archive]\nmodule = \"maildir\"\n\n[mda.misbehaving]\n";

    private static readonly byte[] Mail = "Subject: x\r\n\r\nhello\r\n"u8.ToArray();

    [Fact]
    public async Task Without_a_server_it_tells_what_is_available_configured_and_refused()
    {
        using var place = new TestPlace();
        var modules = place.OwnModules("Misbehaving");
        await File.WriteAllTextAsync(Path.Combine(modules, "x.dll"), "this is no DLL");
        place.Configure(Archive, modules);
        var lines = await ListAsync(place);
        Assert.Equal(["archive", "maildir"], lines.Where(line => Text(line, "module") == "maildir").Select(line => Text(line, "instance")).Order());
        Assert.All(lines.Where(line => Text(line, "module") == "maildir"), line => Assert.Equal(("configured", "mda"), (Text(line, "state"), Text(line, "kind"))));
        Assert.Equal("available", Text(Assert.Single(lines, line => Text(line, "module") == "lock"), "state"));
        var refused = Assert.Single(lines, line => Text(line, "state") == "refused");
        Assert.Equal(Path.Combine(modules, "x.dll"), Text(refused, "file"));
        Assert.Contains("is not a .NET assembly", Text(refused, "reason"), StringComparison.Ordinal);
        Assert.Contains("remove this one", Text(refused, "remedy"), StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.TryGetProperty("faults", out _));

        var table = (await place.RunAsync("module", "list")).Succeeded().Output;
        Assert.Contains("archive (maildir)", table, StringComparison.Ordinal);
        Assert.Contains("  refused: ", table, StringComparison.Ordinal);
        Assert.Contains("  to do: ", table, StringComparison.Ordinal);
        Assert.DoesNotContain("faults", table, StringComparison.Ordinal);
        Assert.All(table.Split('\n').TakeWhile(line => line.Length > 0).Skip(1).Where(line => !line.Contains("Fixtures", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 1, 100));
    }

    [Fact]
    public async Task Of_a_running_server_it_tells_each_instance_its_faults_and_the_last_one()
    {
        using var place = new TestPlace();
        place.Configure(Archive, place.OwnModules("Misbehaving"));
        await place.AddUsersAsync(["bad@example.org mda=misbehaving call=deliver behaviour=throw"]);
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        for (var i = 0; i < 3; i++)
            Assert.Equal(451, Assert.Single(await client.SendMailAsync("", ["bad@example.org"], Mail)).Code);

        var lines = await ListAsync(place);
        var bad = Assert.Single(lines, line => Text(line, "instance") == "misbehaving");
        Assert.Equal(("running", 3, 0), (Text(bad, "state"), bad.GetProperty("faults").GetInt64(), bad.GetProperty("hanging").GetInt32()));
        Assert.Contains("DeliverAsync for 'bad@example.org' threw", Text(bad, "last_fault"), StringComparison.Ordinal);
        Assert.All(lines.Where(line => Text(line, "module") == "maildir"), line => Assert.Equal(("running", 0), (Text(line, "state"), line.GetProperty("faults").GetInt64())));
        Assert.DoesNotContain(lines, line => line.TryGetProperty("restart_needed", out _));
        Assert.Equal(0, (await place.RunAsync("health")).ExitCode);

        var table = (await place.RunAsync("module", "list")).Succeeded().Output;
        Assert.Contains("mda 'misbehaving'\n  last fault, 2", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dll_that_was_swapped_under_a_running_server_is_told_until_the_restart()
    {
        using var place = new TestPlace();
        var modules = place.OwnModules("Misbehaving");
        place.Configure(Archive, modules);
        await using (var server = await ServerProcess.StartAsync(place))
        {
            Assert.DoesNotContain(await ListAsync(place), line => line.TryGetProperty("restart_needed", out _));
            await File.AppendAllTextAsync(Path.Combine(modules, "maildir", "MailStore.Maildir.deps.json"), "\n");
            Directory.Delete(Path.Combine(modules, "Misbehaving"), recursive: true);
            var lines = await ListAsync(place);
            Assert.Equal(["archive", "maildir"], lines.Where(line => Text(line, "remedy") == "restart the server to use the new one").Select(line => Text(line, "instance")).Order());
            Assert.EndsWith("is there no more; the server goes on with its own copy", Text(Assert.Single(lines, line => Text(line, "module") == "misbehaving"), "reason"), StringComparison.Ordinal);
            await server.StopAsync();
        }

        place.Configure("", modules);
        await using var again = await ServerProcess.StartAsync(place);
        Assert.DoesNotContain(await ListAsync(place), line => line.TryGetProperty("restart_needed", out _));
    }

    private static async Task<List<JsonElement>> ListAsync(TestPlace place) =>
        [.. (await place.RunAsync("module", "list", "--json")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? Text(JsonElement line, string key) => line.TryGetProperty(key, out var value) ? value.GetString() : null;
}
