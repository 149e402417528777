using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Tests.Modules;

public sealed class ModuleSetLoadTests : IDisposable
{
    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Two_versions_of_one_library_work_side_by_side()
    {
        _home.Add("JsonOld");
        _home.Add("JsonNew");

        await using var modules = _home.Load(_home.Mda("json-old"), _home.Mda("json-new"));

        Assert.Equal("12.0.0.0", (await TellAsync(modules, "json-old"))["version"]);
        Assert.Equal("13.0.0.0", (await TellAsync(modules, "json-new"))["version"]);
    }

    [Fact]
    public async Task One_module_serves_several_instances()
    {
        await using var modules = _home.Load(_home.Mda("one", "misbehaving"), _home.Mda("two", "misbehaving", ("call", "allocate")));

        Assert.NotNull(await modules.Mdas["one"].Agent.AllocateAsync(User(modules.Mdas["one"]), new AllocationContext("one", null), default));
        await Assert.ThrowsAsync<ModuleFaultException>(
            () => modules.Mdas["two"].Agent.AllocateAsync(User(modules.Mdas["two"], "allocate"), new AllocationContext("two", null), default).AsTask());
        Assert.Equal("MisbehavingOptions", modules.Mdas["one"].OptionsType!.Name);
        Assert.Equal("[mda.two]", modules.Mdas["two"].Table!.Title);
    }

    [Fact]
    public async Task What_the_database_can_do_besides_is_known()
    {
        await using var modules = _home.Load();
        Assert.Null(modules.Locks);
        Assert.NotNull(modules.Sequences);
        Assert.Equal(1, await modules.Sequences.NextAsync("uid", default));
    }

    [Fact]
    public async Task Writing_over_the_files_of_a_plugin_in_use_harms_nothing_and_the_next_start_sees_the_new_ones()
    {
        var folder = _home.Add("JsonOld", "json");
        await using (var modules = _home.Load(_home.Mda("json")))
        {
            ModulesHome.CopyOver("JsonNew", folder);
            foreach (var file in Directory.GetFiles(folder))
                File.WriteAllBytes(file, []);

            // loads its library only now
            var told = await TellAsync(modules, "json");
            Assert.Equal("12.0.0.0", told["version"]);
            Assert.StartsWith(Path.Combine(_home.DataDirectory, "run"), told["location"], StringComparison.Ordinal);
            ModulesHome.CopyOver("JsonNew", folder);
        }

        await using var again = _home.Load(_home.Mda("json"));
        Assert.Equal("13.0.0.0", (await TellAsync(again, "json"))["version"]);
    }

    [Fact]
    public async Task The_private_copy_is_the_owners_alone_and_gone_after_the_run()
    {
        await using (_home.Load())
        {
            var run = Assert.Single(_home.RunFolders);
            foreach (var path in Directory.GetFileSystemEntries(run, "*", SearchOption.AllDirectories).Append(run))
                Assert.Equal((UnixFileMode)(Directory.Exists(path) ? 0x1C0 : 0x180), File.GetUnixFileMode(path));
        }

        Assert.Empty(_home.RunFolders);
    }

    [Fact]
    public async Task A_broken_plugin_that_nobody_configured_is_listed_and_stops_nothing()
    {
        _home.Write("x.dll", "text"u8.ToArray());
        await using var modules = _home.Load();
        Assert.Contains(modules.Plugins, plugin => plugin is { Name: "x", Problem: not null });
        Assert.Contains(_home.Log.Entries, entry => entry.Level == LogLevel.Warning && entry.Text.Contains("x.dll", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_modules_directory_is_one_mistake()
    {
        Directory.Delete(_home.Modules);
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("maildir"))));
        Assert.Contains($"there is no modules directory {_home.Modules}", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_modules_directory_is_one_mistake()
    {
        _home.Write("README.md", []);
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("maildir"))));
        Assert.Contains($"{_home.Modules} holds no plugin; copy those of mda 'maildir', creator 'misbehaving', userdb 'misbehaving'", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_no_plugin_has_is_a_mistake_with_a_suggestion()
    {
        _home.Add("Misbehaving");
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("misbehavin"))));
        Assert.StartsWith("mailstore.toml(10,5): no plugin in ", mistake, StringComparison.Ordinal);
        Assert.EndsWith("has the mda 'misbehavin'; did you mean 'misbehaving'?", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_of_another_kind_is_named_as_such()
    {
        _home.Add("Misbehaving");
        _home.Add("JsonNew");
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Section(ModuleKind.Creator, "json-new"))));
        Assert.Contains("has the creator 'json-new'; there is 'misbehaving'; 'json-new' is a mda", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_that_may_be_in_a_broken_plugin_leads_to_it()
    {
        _home.Add("Misbehaving");
        var path = _home.Write("maildir.dll", "text"u8.ToArray());
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("maildir"))));
        Assert.Contains($"Plugins that are refused may have it: {path} is not a .NET assembly", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configured_plugin_that_is_broken_is_one_mistake_with_its_remedy()
    {
        _home.Add("Misbehaving");
        var folder = _home.Add("JsonNew");
        File.Delete(Path.Combine(folder, "MailStore.Fixtures.Json.deps.json"));
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("json"), _home.Mda("json-new"))));
        Assert.StartsWith("mailstore.toml(10,5): the mda 'json' cannot be used: MailStore.Fixtures.Json.deps.json is missing", mistake, StringComparison.Ordinal);
        Assert.Contains("; copy it from where the plugin was built", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_plugins_with_the_same_configured_module_are_refused_and_both_named()
    {
        _home.Add("Misbehaving");
        var old = _home.Add("JsonOld");
        var @new = _home.Add("JsonNew");
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("json"))));
        Assert.Equal(
            $"mailstore.toml(10,5): more than one plugin has the mda 'json': {@new}/MailStore.Fixtures.Json.dll and {old}/MailStore.Fixtures.Json.dll; remove all but one",
            mistake);
    }

    [Fact]
    public void A_data_directory_that_cannot_be_written_is_told_with_all_other_mistakes()
    {
        _home.Add("Misbehaving");
        _home.Data = Path.Combine(_home.Write("file", []), "data");
        var mistakes = _home.Refusals(_home.Configuration(_home.Mda("misbehaving", null, ("cal", "deliver"))));
        Assert.Equal(2, mistakes.Count);
        Assert.Contains(mistakes, mistake => mistake.Contains("unknown key 'cal'", StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.Contains($"the data directory {_home.Data} cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_are_told_in_the_order_of_the_file()
    {
        _home.Add("Misbehaving");
        _home.Add("JsonNew");
        _home.Mistakes = [new Mistake("mailstore.toml", 15, 1, "of the file itself")];
        var mistakes = _home.Refusals(_home.Configuration(
            _home.Mda("nowhere"),
            _home.Mda("misbehaving", null, ("color", "red")),
            _home.Mda("json", null, ("color", "red")),
            _home.Mda("broken", "misbehaving", ("call", "constructor"))));
        Assert.Equal(
            ["mailstore.toml(10,5)", "mailstore.toml(15,1)", "mailstore.toml(21,3)", "mailstore.toml(31,3)", "mailstore.toml(40,5)"],
            mistakes.Select(mistake => mistake.Split(':')[0]));
        Assert.Contains("unknown key 'color' in [mda.json]; the module 'json' has no options", mistakes[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throw", "cannot be constructed: InvalidOperationException: constructor throws on purpose")]
    [InlineData("configuration", "mda 'bad': constructor cannot be served with this configuration")]
    [InlineData("block", "cannot be constructed: mda 'bad': constructor did not come back")]
    public void A_constructor_that_fails_is_a_mistake_without_a_stack_trace(string behaviour, string expected)
    {
        _home.Add("Misbehaving");
        // a constructor has five times as long: enough for those of the other modules
        if (behaviour == "block")
            _home.Options.CallTimeout = TimeSpan.FromMilliseconds(600);
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("bad", "misbehaving", ("call", "constructor"), ("behaviour", behaviour)))));
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain(_home.Log.Entries, entry => entry.Level > LogLevel.Debug && entry.Exception is not null);
    }

    [Fact]
    public void A_creator_for_one_host_is_refused_beside_a_database_that_hosts_share()
    {
        _home.Add("Misbehaving");
        _home.Add("Sharing");
        var mistake = Assert.Single(_home.Refusals(_home.ConfigurationOf(
            _home.Section(ModuleKind.Creator, "misbehaving", "single-host"), _home.Section(ModuleKind.Userdb, "misbehaving", "shared"))));
        Assert.StartsWith(
            "mailstore.toml(10,5): creator 'misbehaving' serves one host only, and userdb 'misbehaving' is shared by several: ", mistake, StringComparison.Ordinal);
        Assert.Contains("creator = \"trial\"", mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("misbehaving", "shared")]
    [InlineData("single-host", "misbehaving")]
    public async Task A_creator_for_one_host_serves_a_database_of_one_host_and_any_other_creator_serves_a_shared_one(string creator, string userdb)
    {
        _home.Add("Misbehaving");
        _home.Add("Sharing");
        await using var modules = ModuleSet.Load(
            _home.ConfigurationOf(_home.Section(ModuleKind.Creator, "misbehaving", creator), _home.Section(ModuleKind.Userdb, "misbehaving", userdb)),
            _home.Log, TimeProvider.System);
        Assert.NotNull(modules.Creator);
    }

    [Theory]
    [InlineData("shared", "one-host", true)]
    [InlineData("shared", "misbehaving", false)]
    [InlineData("misbehaving", "one-host", false)]
    public async Task Storage_of_one_host_serves_a_shared_database_with_a_warning(string userdb, string mda, bool warned)
    {
        _home.Add("Misbehaving");
        _home.Add("Sharing");
        await using var modules = ModuleSet.Load(
            _home.ConfigurationOf(_home.Mda("local", mda), _home.Section(ModuleKind.Creator, "misbehaving"), _home.Section(ModuleKind.Userdb, "misbehaving", userdb)), _home.Log, TimeProvider.System);
        Assert.Equal(warned, _home.Log.Entries.Any(entry => entry.Level == LogLevel.Warning && entry.Text.StartsWith("mda 'local' keeps its mail in files of this host", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_catalog_tells_options_and_mistakes_and_leaves_the_data_directory_alone()
    {
        _home.Add("Misbehaving");
        _home.Write("x.dll", []);
        var configuration = _home.Configuration(_home.Mda("misbehaving", null, ("cal", "deliver")), _home.Mda("other", "misbehaving"));
        using var catalog = ModuleCatalog.Open(configuration);
        Assert.Equal(["misbehaving", "x"], catalog.Plugins.Select(plugin => plugin.Name));

        var plugin = catalog.Plugins[0];
        Assert.Equal("MisbehavingOptions", catalog.FindOptionsType(plugin, plugin.Find(ModuleKind.Mda, "misbehaving")!, out var problem)!.Name);
        Assert.Null(problem);
        Assert.Equal(3, catalog.Bind().Count);
        Assert.Contains("unknown key 'cal'", Assert.Single(catalog.Mistakes).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_home.DataDirectory));
    }

    private static async Task<IReadOnlyDictionary<string, string>> TellAsync(ModuleSet modules, string mda) =>
        (await modules.Mdas[mda].Agent.AllocateAsync(User(modules.Mdas[mda]), new AllocationContext(mda, modules.Sequences), default)).Values;

    private static EffectiveUser User(MdaInstance mda, string call = "none")
    {
        var options = mda.OptionsType is null ? null : Activator.CreateInstance(mda.OptionsType);
        options?.GetType().GetProperty("Call")!.SetValue(options, call);
        return new EffectiveUser(new UserRecord { Name = "alice@example.org" }, options);
    }
}
