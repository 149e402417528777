using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>Brings together what lies in modules.d, what the configuration names, and what a running server has: the lines of <c>module list</c>.</summary>
/// <param name="plugins">As found in modules.d.</param>
/// <param name="configured">The modules that the configuration names.</param>
/// <param name="running">What the running server tells; null if none runs.</param>
/// <param name="fingerprintOf">See <see cref="PluginFingerprint"/>.</param>
internal sealed class ModuleInventory(
    IReadOnlyList<PluginFile> plugins, IReadOnlyList<ModuleSection> configured, IReadOnlyList<ModuleView>? running, Func<PluginFile, string?> fingerprintOf)
{
    private const string Restart = "restart the server";

    public IReadOnlyList<ModuleView> Lines() => [.. plugins.SelectMany(LinesOf), .. OfNoPlugin()];

    private IEnumerable<ModuleView> LinesOf(PluginFile plugin)
    {
        var live = Running.Where(line => line.File == plugin.Path).ToList();
        foreach (var line in live)
            yield return Compare(line, plugin);
        foreach (var module in plugin.Modules)
        {
            var sections = configured.Where(section => section.Kind == module.Kind && section.Module == module.Name).ToList();
            foreach (var section in sections.Where(section => !live.Exists(line => Is(line, section))))
                yield return Idle(plugin, module) with { Instance = section.Instance };
            if (sections.Count == 0 && !live.Exists(line => line.Kind == module.Kind.ToText() && line.Module == module.Name))
                yield return Available(plugin, module);
        }

        if (plugin.Modules.Count == 0 && live.Count == 0)
            yield return Available(plugin, null);
    }

    /// <summary>What the server runs, and whether a new one would run the same.</summary>
    private ModuleView Compare(ModuleView line, PluginFile plugin)
    {
        if (plugin.Problem is { } problem)
            return Add(line, $"its plugin was changed since the server started, and would be refused now: {problem.Reason}", problem.Remedy);
        var now = fingerprintOf(plugin);
        if (now is not null && line.Fingerprint is not null && now != line.Fingerprint)
        {
            var versions = plugin.Version == line.Version ? "" : $" ({line.Version} runs, {plugin.Version} lies there)";
            return Add(line, $"its plugin was changed since the server started{versions}", $"{Restart} to use the new one") with
            {
                NextVersion = plugin.Version == line.Version ? null : plugin.Version,
            };
        }

        return configured.Any(section => Is(line, section)) ? line : Add(line, "the configuration names it no more", $"{Restart} to be rid of it");
    }

    private ModuleView Idle(PluginFile plugin, PluginModule module)
    {
        var line = Available(plugin, module);
        if (plugin.Problem is not null)
            return line;
        line = line with { State = ModuleState.Configured };
        return running is null ? line : Add(line, "the running server does not have it", $"{Restart} to use it");
    }

    private static ModuleView Available(PluginFile plugin, PluginModule? module) => new()
    {
        File = plugin.Path,
        Kind = module?.Kind.ToText(),
        Module = module?.Name,
        Version = plugin.Version,
        SdkVersion = plugin.SdkVersion,
        State = plugin.Problem is null ? ModuleState.Available : ModuleState.Refused,
        Reason = plugin.Problem?.Reason,
        Remedy = plugin.Problem?.Remedy,
    };

    /// <summary>What the server runs and is in modules.d no more, or was loaded from another one.</summary>
    private IEnumerable<ModuleView> OfNoPlugin() => Running
        .Where(line => plugins.All(plugin => plugin.Path != line.File))
        .Select(line => Add(line, $"{line.File} is there no more; the server goes on with its own copy", "put it back before the server is restarted, or take it out of the configuration"));

    private IEnumerable<ModuleView> Running => running ?? [];

    private static bool Is(ModuleView line, ModuleSection section) =>
        line.Kind == section.Kind.ToText() && line.Module == section.Module && line.Instance == section.Instance;

    private static ModuleView Add(ModuleView line, string reason, string remedy) => line with
    {
        Reason = line.Reason is null ? reason : $"{line.Reason}. Besides, {reason}",
        Remedy = line.Remedy is null ? remedy : $"{line.Remedy}. {remedy}",
        RestartNeeded = true,
    };
}
