using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>A module and its options, as <c>module describe</c> prints them.</summary>
internal sealed record ModuleDescription(ModuleKind Kind, string Name, string Description, IReadOnlyList<OptionDescription> Options)
{
    /// <summary>The modules of a name: one of each kind at most.</summary>
    /// <exception cref="AdminException">There is none, or its plugin is broken.</exception>
    public static IReadOnlyList<ModuleDescription> Find(ModuleCatalog catalog, string name)
    {
        var found = catalog.Plugins.SelectMany(plugin => plugin.Modules, (plugin, module) => (Plugin: plugin, Module: module)).ToList();
        var described = found.Where(pair => pair.Module.Name == name).Select(pair => Describe(catalog, pair.Plugin, pair.Module)).ToList();
        if (described.Count > 0)
            return described;
        var names = found.Select(pair => pair.Module.Name).Distinct().ToList();
        var help = Suggestion.For(name, names) is { } meant ? $"did you mean '{meant}'?" : $"there is {string.Join(", ", names)}";
        throw new AdminException(ExitCode.DataError, $"no plugin has a module '{name}'; {help}");
    }

    private static ModuleDescription Describe(ModuleCatalog catalog, PluginFile plugin, PluginModule module)
    {
        var problem = plugin.Problem;
        var type = problem is null ? catalog.FindOptionsType(plugin, module, out problem) : null;
        if (problem is not null)
            throw new AdminException(ExitCode.Configuration, problem.ToString());
        return new ModuleDescription(module.Kind, module.Name, module.Description ?? "", type is null ? [] : OptionsDescription.For(type));
    }
}
