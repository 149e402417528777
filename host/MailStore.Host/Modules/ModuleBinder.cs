using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>Takes the modules of the configuration as far as can be done without running their code: found, loaded, their options bound.</summary>
internal sealed class ModuleBinder(PluginStore store)
{
    /// <summary>The class of a module of a usable plugin, and what its constructor asks for.</summary>
    /// <returns>Null if there is a problem.</returns>
    public ModuleActivator? Open(PluginFile plugin, PluginModule module, out PluginProblem? problem)
    {
        if (store.Load(plugin, out problem) is not { } assembly)
            return null;
        string? wrong;
        try
        {
            var type = assembly.GetType(module.TypeName, throwOnError: true)!;
            wrong = $"is no {module.Kind.ToContract().Name} as this host knows it; it was built against another SDK ({plugin.SdkVersion})";
            if (module.Kind.ToContract().IsAssignableFrom(type) && ModuleActivator.Of(type, out wrong) is { } activator)
                return activator;
        }
        catch (Exception exception) // the boundary of a module: a class whose parts are missing throws what the runtime likes
        {
            wrong = $"cannot be loaded: {ForeignException.Describe(exception)}";
        }

        problem = new PluginProblem($"the class {module.TypeName} of {plugin.Path} {wrong}", "get a version of the plugin that is made for this host");
        return null;
    }

    /// <summary>Binds all modules of the configuration, also those that it does not use, and checks what domains and policy say of them; modules with mistakes are left out.</summary>
    public IReadOnlyList<ModuleBinding> Bind(
        HostConfiguration configuration, IReadOnlyList<PluginFile> plugins, ModuleChooser chooser, ICollection<Mistake> mistakes)
    {
        var bindings = new List<ModuleBinding>();
        var mdas = new Dictionary<string, Type>();
        foreach (var section in configuration.Modules.Concat(configuration.UnusedModules))
        {
            if (chooser.Choose(section, plugins) is not { } plugin)
                continue;
            var module = plugin.Find(section.Kind, section.Module)!;
            if (Open(plugin, module, out var problem) is not { } activator)
            {
                chooser.Refuse(section, problem!);
                continue;
            }

            var before = mistakes.Count;
            var options = BindOptions(activator.OptionsType, section, chooser, mistakes);
            if (mistakes.Count == before)
                bindings.Add(new ModuleBinding(section, plugin, module, activator, options));
            if (section.Kind == ModuleKind.Mda && activator.OptionsType is { } type)
                mdas[section.Instance] = type;
        }

        // what a domain sets, and what a policy is about, can only be judged when every MDA is known
        if (mdas.Count > 0)
        {
            DomainChecker.CheckDomains(configuration, mdas, mistakes);
            PolicyChecker.Check(configuration.Policy, mdas, mistakes);
        }

        return bindings;
    }

    private static object? BindOptions(Type? type, ModuleSection section, ModuleChooser chooser, ICollection<Mistake> mistakes)
    {
        if (type is not null)
        {
            try
            {
                return OptionsBinder.Bind(type, section.Table, mistakes);
            }
            catch (Exception exception) // the boundary of a module: the class of its options is its code, constructor and setters
            {
                chooser.Tell(section, $"the options of the {section.Kind.ToText()} '{section.Module}' cannot be made: {ForeignException.Describe(exception)}; this is for its author to mend");
                return null;
            }
        }

        foreach (var entry in section.Table?.Entries ?? [])
            mistakes.Add(entry.Mistake($"unknown key '{entry.Key}' in {section.Table!.Title}; the module '{section.Module}' has no options"));
        return null;
    }
}
