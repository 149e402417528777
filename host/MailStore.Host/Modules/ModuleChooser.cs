using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>Finds the plugin of each module that the configuration names. Says what is wrong by adding to the mistakes, once for each cause.</summary>
internal sealed class ModuleChooser(HostConfiguration configuration, ICollection<Mistake> mistakes)
{
    private readonly HashSet<PluginProblem> _told = [];
    private ModulesLock _lock = ModulesLock.Empty;

    /// <summary>All plugins of the modules directory; none, and one mistake, where that is missing or empty.</summary>
    public IReadOnlyList<PluginFile> Discover()
    {
        var directory = configuration.ModulesDirectory;
        try
        {
            if (!Directory.Exists(directory))
            {
                Tell($"there is no modules directory {directory}; install the plugins there, or let 'modules_dir' name the place where they are");
                return [];
            }

            var before = mistakes.Count;
            _lock = ModulesLock.Read(directory, mistakes);
            if (mistakes.Count > before)
                return []; // nothing of what is there may be loaded
            var plugins = PluginDiscovery.Discover(directory, new PinPolicy(_lock, configuration.Options.Modules.Pins == PinsMode.Required));
            if (plugins.Count == 0)
                Tell($"the modules directory {directory} holds no plugin; copy those of {string.Join(", ", Needed())} into it, or let 'modules_dir' name the place where they are");
            return plugins;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Tell($"the modules directory {directory} cannot be read: {exception.Message.TrimEnd('.')}; let the user '{Environment.UserName}' read it");
            return [];
        }

        void Tell(string message) => mistakes.Add(MistakeAt(configuration.Root?.Find("modules_dir"), null, message));
    }

    /// <summary>The plugin that has a module; null, and a mistake, if there is none that can be used.</summary>
    public PluginFile? Choose(ModuleSection section, IReadOnlyList<PluginFile> plugins)
    {
        if (plugins.Count == 0)
            return null; // told by Discover
        var title = $"{section.Kind.ToText()} '{section.Module}'";
        var having = plugins.Where(plugin => plugin.Find(section.Kind, section.Module) is not null).ToList();
        switch (having.Count)
        {
            case 0:
                Tell(section, NotFound(section, plugins));
                return null;
            case > 1:
                Tell(section, $"more than one plugin has the {title}: {string.Join(" and ", having.Select(plugin => plugin.Path))}; remove all but one");
                return null;
        }

        if (having[0].Problem is not { } problem)
            return having[0];
        Refuse(section, problem);
        return null;
    }

    /// <summary>Adds what is wrong with a plugin to the mistakes, at the first section that needs it.</summary>
    public void Refuse(ModuleSection section, PluginProblem problem)
    {
        if (_told.Add(problem))
            Tell(section, $"the {section.Kind.ToText()} '{section.Module}' cannot be used: {problem}");
    }

    /// <summary>A mistake where the configuration asks for the module.</summary>
    public void Tell(ModuleSection section, string message) => mistakes.Add(MistakeAt(section.NamedAt, section.Table, message));

    private Mistake MistakeAt(ConfigEntry? entry, ConfigTable? table, string message) =>
        entry?.Mistake(message) ?? table?.Mistake(message) ?? new Mistake(configuration.File ?? "", 0, 0, message);

    private IEnumerable<string> Needed() => configuration.Modules.Select(section => $"{section.Kind.ToText()} '{section.Module}'").Distinct();

    private string NotFound(ModuleSection section, IReadOnlyList<PluginFile> plugins)
    {
        var kind = section.Kind.ToText();
        var there = plugins.Where(plugin => plugin.Problem is null).SelectMany(plugin => plugin.Modules)
            .Where(module => module.Kind == section.Kind).Select(module => module.Name).Distinct().Order(StringComparer.Ordinal).ToList();
        var meant = Suggestion.For(section.Module, there);
        var help = meant is not null ? $"did you mean '{meant}'?"
            : there.Count > 0 ? $"there is {string.Join(", ", there.Select(name => $"'{name}'"))}"
            : $"no plugin there has any {kind}";
        var elsewhere = plugins.SelectMany(plugin => plugin.Modules).FirstOrDefault(module => module.Name == section.Module);
        if (elsewhere is not null)
            help += $"; '{elsewhere.Name}' is a {elsewhere.Kind.ToText()}";
        // a broken plugin may be the one that has it, and cannot say so
        var broken = plugins.Where(plugin => plugin.Problem is not null && plugin.Modules.Count == 0).Select(plugin => plugin.Problem!.ToString()).ToList();
        if (broken.Count > 0 && meant is null)
            help += $". Plugins that are refused may have it: {string.Join(". ", broken)}";
        var gone = _lock.Pins.Select(pin => pin.Name).Except(plugins.Select(plugin => plugin.Name)).ToList();
        if (gone.Count > 0)
            help += $". {ModulesLock.FileName} pins what is gone from there: {string.Join(", ", gone.Select(name => $"'{name}'"))}";
        return $"no plugin in {configuration.ModulesDirectory} has the {kind} '{section.Module}'; {help}";
    }
}
