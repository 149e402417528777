using MailStore.Host.Admin;
using MailStore.Host.Commands;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Commands;

public sealed class ModuleInventoryTests
{
    private static readonly PluginFile Plugin = new()
    {
        Name = "maildir",
        Path = "/modules.d/maildir/Maildir.dll",
        Version = "2.0",
        SdkVersion = "0.1",
        Modules = [new PluginModule(ModuleKind.Mda, "maildir", "N.T", null), new PluginModule(ModuleKind.Creator, "maildir", "N.C", null)],
    };

    private static readonly ModuleSection Maildir = new(ModuleKind.Mda, "maildir", "maildir", null, null);
    private static readonly ModuleSection Archive = new(ModuleKind.Mda, "archive", "maildir", null, null);

    private static readonly ModuleView Running = new()
    {
        File = Plugin.Path,
        Kind = "mda",
        Module = "maildir",
        Instance = "maildir",
        Version = "2.0",
        State = ModuleState.Running,
        Faults = 3,
        Fingerprint = "same",
    };

    [Fact]
    public void Without_a_server_each_instance_is_configured_and_what_nobody_named_is_available()
    {
        var lines = Lines([Plugin], [Maildir, Archive], null);
        Assert.Equal(
            [("mda", "maildir", ModuleState.Configured), ("mda", "archive", ModuleState.Configured), ("creator", null, ModuleState.Available)],
            lines.Select(line => (line.Kind, line.Instance, line.State)));
        Assert.All(lines, line => Assert.Equal((null, null, null, "2.0", "0.1"), (line.Reason, line.Faults, line.RestartNeeded, line.Version, line.SdkVersion)));
    }

    [Fact]
    public void What_the_server_runs_is_told_as_the_server_tells_it()
    {
        var faulted = Running with { Instance = "archive", State = ModuleState.Faulted, Reason = "it let an exception escape", Remedy = "restart" };
        Assert.Equal([Running, faulted], Lines([Plugin], [Maildir, Archive], [Running, faulted]).Take(2));
    }

    [Fact]
    public void What_the_server_does_not_have_yet_needs_a_restart()
    {
        var line = Single(Lines([Plugin], [Maildir, Archive], [Running]), "archive");
        Assert.Equal((ModuleState.Configured, true, "the running server does not have it", "restart the server to use it"), (line.State, line.RestartNeeded, line.Reason, line.Remedy));
    }

    [Fact]
    public void What_the_configuration_names_no_more_runs_on()
    {
        var line = Single(Lines([Plugin], [Archive], [Running]), "maildir");
        Assert.Equal((ModuleState.Running, true, "the configuration names it no more"), (line.State, line.RestartNeeded, line.Reason));
    }

    [Fact]
    public void A_plugin_that_was_swapped_is_told()
    {
        var line = Single(Lines([Plugin], [Maildir], [Running with { Fingerprint = "other" }]), "maildir");
        Assert.Equal((ModuleState.Running, true, null), (line.State, line.RestartNeeded, line.NextVersion));
        Assert.Equal(("its plugin was changed since the server started", "restart the server to use the new one"), (line.Reason, line.Remedy));

        line = Single(Lines([Plugin], [Maildir], [Running with { Fingerprint = "other", Version = "1.0" }]), "maildir");
        Assert.Equal(("1.0", "2.0", "its plugin was changed since the server started (1.0 runs, 2.0 lies there)"), (line.Version, line.NextVersion, line.Reason));
    }

    [Fact]
    public void A_swapped_plugin_of_a_faulted_module_is_told_besides()
    {
        var faulted = Running with { State = ModuleState.Faulted, Reason = "it let an exception escape", Remedy = "restart", Fingerprint = "other" };
        var line = Single(Lines([Plugin], [Maildir], [faulted]), "maildir");
        Assert.Equal((ModuleState.Faulted, "it let an exception escape. Besides, its plugin was changed since the server started"), (line.State, line.Reason));
    }

    [Fact]
    public void What_cannot_be_compared_is_taken_for_the_same() =>
        Assert.Null(Single(Lines([Plugin], [Maildir], [Running with { Fingerprint = null }]), "maildir").Reason);

    [Fact]
    public void A_plugin_that_is_refused_is_refused_with_all_its_modules_unless_they_run()
    {
        var broken = Plugin with { Problem = new PluginProblem("it is broken", "mend it") };
        Assert.All(
            Lines([broken], [Maildir], null),
            line => Assert.Equal((ModuleState.Refused, "it is broken", "mend it"), (line.State, line.Reason, line.Remedy)));
        var running = Single(Lines([broken], [Maildir], [Running]), "maildir");
        Assert.Equal(
            (ModuleState.Running, "its plugin was changed since the server started, and would be refused now: it is broken", "mend it"),
            (running.State, running.Reason, running.Remedy));
    }

    [Fact]
    public void A_plugin_without_modules_has_a_line_of_its_own()
    {
        var line = Assert.Single(Lines([new PluginFile { Name = "x", Path = "/modules.d/x.dll", Problem = new PluginProblem("no", "yes") }], [], null));
        Assert.Equal((null, null, ModuleState.Refused), (line.Module, line.Kind, line.State));
    }

    [Fact]
    public void What_was_removed_from_modules_d_is_told_as_long_as_it_runs()
    {
        var line = Assert.Single(Lines([], [Maildir], [Running]));
        Assert.Equal((ModuleState.Running, true), (line.State, line.RestartNeeded));
        Assert.StartsWith("/modules.d/maildir/Maildir.dll is there no more", line.Reason, StringComparison.Ordinal);
    }

    private static IReadOnlyList<ModuleView> Lines(PluginFile[] plugins, ModuleSection[] configured, ModuleView[]? running) =>
        new ModuleInventory(plugins, configured, running, _ => "same").Lines();

    private static ModuleView Single(IEnumerable<ModuleView> lines, string instance) => Assert.Single(lines, line => line.Instance == instance);
}
