using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

/// <summary>What modules.lock pins must be what it was.</summary>
public sealed class PinCheckTests : IDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_plugin_that_is_what_was_pinned_is_loaded()
    {
        _home.Add("JsonNew");
        Pin();
        await using var modules = _home.Load(_home.Mda("json"));
        Assert.Equal(Day, modules.Plugins.Single(plugin => plugin.Name == "jsonnew").Pin!.Pinned);
    }

    [Theory]
    [InlineData("differs", "MailStore.Fixtures.Json.deps.json differs")]
    [InlineData("missing", "MailStore.Fixtures.Json.deps.json is missing")]
    [InlineData("new", "de/x.resources.dll is new")]
    public void One_that_is_not_stops_the_start_and_says_how(string change, string told)
    {
        _home.Add("Misbehaving");
        var path = Path.Combine(_home.Add("JsonNew"), "MailStore.Fixtures.Json.deps.json");
        Pin();
        if (change == "differs")
            File.AppendAllText(path, " ");
        else if (change == "missing")
            File.Delete(path);
        else
            _home.Write("jsonnew/de/x.resources.dll", []);

        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("json"))));
        Assert.Contains(
            $"the mda 'json' cannot be used: the plugin 'jsonnew' is not what modules.lock pinned on 2026-01-31: {told}; if you changed it yourself, run 'mailstore module pin jsonnew'; else restore its files",
            mistake,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_between_the_look_and_the_copy_is_not_loaded()
    {
        var folder = _home.Add("JsonNew");
        Pin();
        var plugin = Assert.Single(PluginDiscovery.Discover(_home.Modules, new PinPolicy(ModulesLock.Read(_home.Modules, []), IsRequired: false)));
        Assert.Null(plugin.Problem);
        await File.AppendAllTextAsync(Path.Combine(folder, "MailStore.Fixtures.Json.deps.json"), " ");
        using var store = new PluginStore(RunFolder.CreateTemporary(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Null(store.Load(plugin, out var problem));
        Assert.Contains("MailStore.Fixtures.Json.deps.json differs", problem!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_pinned_is_refused_where_pins_are_required()
    {
        _home.Add("Misbehaving");
        _home.Options.Pins = PinsMode.Required;
        Pin();
        await using (var modules = _home.Load())
            Assert.NotNull(modules);
        _home.Add("JsonNew");
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("json"))));
        Assert.Contains("is not pinned in modules.lock, and pins are required ([modules] pins); if you trust it, run 'mailstore module pin jsonnew'", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pinned_plugin_that_is_gone_is_hinted_at()
    {
        _home.Add("Misbehaving");
        var folder = _home.Add("JsonNew");
        Pin();
        Directory.Delete(folder, recursive: true);
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("json"))));
        Assert.Contains("no plugin in", mistake, StringComparison.Ordinal);
        Assert.EndsWith("modules.lock pins what is gone from there: 'jsonnew'", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_lock_stops_the_start_with_line_and_column_and_nothing_is_loaded()
    {
        _home.Add("Misbehaving");
        var path = _home.Write("modules.lock", "format = 1\n[plugin.misbehaving]\npinned = tomorrow\n"u8.ToArray());
        var mistakes = _home.Refusals(_home.Configuration(_home.Mda("misbehaving")));
        Assert.All(mistakes, mistake => Assert.StartsWith($"{path}(", mistake, StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.StartsWith($"{path}(3,", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lock_that_anybody_may_write_stops_the_start()
    {
        _home.Add("Misbehaving");
        Pin();
        var path = ModulesLock.PathIn(_home.Modules);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("misbehaving"))));
        Assert.Contains($"{path} may be written by everybody", mistake, StringComparison.Ordinal);
        Assert.Contains($"chmod o-w {path}", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_that_is_a_link_to_nowhere_is_not_an_empty_one()
    {
        _home.Add("Misbehaving");
        File.CreateSymbolicLink(ModulesLock.PathIn(_home.Modules), "nowhere");
        Assert.Contains("modules.lock", Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("misbehaving")))), StringComparison.Ordinal);
    }

    private void Pin() => Assert.NotNull(ModulesLockWriter.Change(
        _home.Modules, known => known.With(PluginDiscovery.Discover(_home.Modules).Select(plugin => PluginPin.Of(plugin, Day))), []));
}
