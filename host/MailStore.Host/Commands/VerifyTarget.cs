using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>A module that <c>module verify</c> was asked for, and the section of the configuration that its options come from.</summary>
internal sealed record VerifyTarget(PluginFile Plugin, PluginModule Module, ModuleSection Section)
{
    /// <summary>Finds the modules that are meant: all of a plugin's for a path, those of a name in modules.d else.</summary>
    /// <param name="what">A module's name, an instance of the configuration, or the path of a plugin's folder or DLL.</param>
    /// <exception cref="AdminException">There is none.</exception>
    public static IReadOnlyList<VerifyTarget> Find(HostConfiguration configuration, string what)
    {
        var path = Path.GetFullPath(what);
        if (what.Contains('/') || what.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            if (!Path.Exists(path))
                throw new AdminException(ExitCode.NoInput, $"there is no plugin at {path}; name its folder, its DLL, or a module that is in {configuration.ModulesDirectory}");
            return OfPlugin(configuration, PluginDiscovery.InspectAt(path));
        }

        using var catalog = ModuleCatalog.Open(configuration);
        var section = configuration.Modules.Concat(configuration.UnusedModules).FirstOrDefault(section => section.Instance == what);
        var name = section?.Module ?? what;
        var found = catalog.Plugins
            .SelectMany(plugin => plugin.Modules, (plugin, module) => (Plugin: plugin, Module: module))
            .Where(pair => pair.Module.Name == name)
            .Select(pair => new VerifyTarget(pair.Plugin, pair.Module, SectionOf(configuration, pair.Module, what)))
            .ToList();
        if (found.Count > 0)
            return found;
        if (catalog.Plugins.FirstOrDefault(plugin => plugin.Name == what) is { } named)
            return OfPlugin(configuration, named);
        if (Path.Exists(path))
            return OfPlugin(configuration, PluginDiscovery.InspectAt(path));
        var names = catalog.Plugins.SelectMany(plugin => plugin.Modules).Select(module => module.Name).Distinct().ToList();
        var help = Suggestion.For(what, names) is { } meant ? $"did you mean '{meant}'?" : names.Count > 0 ? $"there is {string.Join(", ", names)}" : "it has no plugin";
        throw new AdminException(ExitCode.DataError, $"no plugin in {configuration.ModulesDirectory} has a module '{what}', and there is no file of that name; {help}");
    }

    private static List<VerifyTarget> OfPlugin(HostConfiguration configuration, PluginFile plugin)
    {
        if (plugin.Modules.Count == 0)
            throw new AdminException(ExitCode.Failed, plugin.Problem?.ToString() ?? $"{plugin.Path} announces no module");
        return [.. plugin.Modules.Select(module => new VerifyTarget(plugin, module, SectionOf(configuration, module, module.Name)))];
    }

    /// <summary>The instance that was named, else the first one of the module, else the module with its defaults.</summary>
    private static ModuleSection SectionOf(HostConfiguration configuration, PluginModule module, string instance)
    {
        var sections = configuration.Modules.Concat(configuration.UnusedModules)
            .Where(section => section.Kind == module.Kind && section.Module == module.Name).ToList();
        return sections.Find(section => section.Instance == instance) ?? sections.FirstOrDefault() ?? new ModuleSection(module.Kind, module.Name, module.Name, null, null);
    }
}
