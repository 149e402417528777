using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>Pins the plugins of a modules directory, lets them go, and compares.</summary>
internal sealed class PluginPins(HostConfiguration configuration)
{
    private readonly string _directory = configuration.ModulesDirectory;

    /// <param name="names">None: all that can be used.</param>
    /// <exception cref="AdminException">A name is none, or a plugin that was named cannot be used.</exception>
    public IReadOnlyList<PinResult> Pin(IReadOnlyCollection<string> names, DateTimeOffset now)
    {
        // not compared with what is pinned: that is what is to change
        var plugins = Discover(null);
        var twice = plugins.GroupBy(plugin => plugin.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new AdminException(ExitCode.Configuration, $"{string.Join(" and ", twice.Select(plugin => plugin.Path))} have the same name; a pin could not tell them apart: rename or remove one");
        var chosen = names.Count == 0 ? plugins : [.. names.Select(name => Find(name, plugins)).Distinct()];
        if (chosen.Count == 0)
            throw new AdminException(ExitCode.Configuration, $"{_directory} holds no plugin");
        if (names.Count > 0 && chosen.FirstOrDefault(plugin => plugin.Problem is not null) is { } broken)
            throw new AdminException(ExitCode.Configuration, $"the plugin '{broken.Name}' cannot be used, and is not pinned: {broken.Problem}");

        var pins = chosen.Where(plugin => plugin.Problem is null).Select(plugin => PluginPin.Of(plugin, now)).ToList();
        var old = ModulesLock.Empty;
        Change(known =>
        {
            old = known;
            // what has not changed keeps its date
            return known.With(pins.Where(pin => known.Find(pin.Name)?.DifferencesTo(pin.Files).Count != 0));
        });
        return
        [
            .. chosen.Select(plugin => pins.Find(pin => pin.Name == plugin.Name) is { } pin
                ? Pinned(pin, old.Find(plugin.Name))
                : new PinResult(plugin.Name, PinState.Refused, [plugin.Problem!.ToString()], null)),
        ];
    }

    /// <param name="names">None: all.</param>
    /// <exception cref="AdminException">A name is not pinned.</exception>
    public IReadOnlyList<PinResult> Remove(IReadOnlyCollection<string> names)
    {
        IReadOnlyList<PluginPin> gone = [];
        Change(known =>
        {
            gone = Choose(names, known);
            return known.Without(gone.Select(pin => pin.Name));
        });
        return [.. gone.Select(pin => new PinResult(pin.Name, PinState.Removed, [], null))];
    }

    /// <param name="names">None: all that are pinned.</param>
    /// <exception cref="AdminException">A name is not pinned.</exception>
    public IReadOnlyList<PinResult> Compare(IReadOnlyCollection<string> names)
    {
        var mistakes = new List<Mistake>();
        var known = ModulesLock.Read(_directory, mistakes);
        if (mistakes.Count > 0)
            throw new ConfigurationException(mistakes);
        var plugins = known.Pins.Count == 0 ? [] : Discover(new PinPolicy(known, IsRequired: false));
        return [.. Choose(names, known).Select(pin => Compare(pin, [.. plugins.Where(plugin => plugin.Name == pin.Name)]))];
    }

    private static PinResult Compare(PluginPin pin, PluginFile[] plugins)
    {
        if (plugins.Length == 0)
            return new PinResult(pin.Name, PinState.Differs, ["it is gone"], pin);
        var differences = plugins.SelectMany(plugin => pin.DifferencesTo(FileHashes.Of(Directory.Exists(plugin.Path) ? plugin.Path : Path.GetDirectoryName(plugin.Path)!, plugin.Files))).ToList();
        if (differences.Count > 0)
            return new PinResult(pin.Name, PinState.Differs, differences, pin);
        return plugins[0].Problem is { } problem
            ? new PinResult(pin.Name, PinState.Refused, [problem.ToString()], pin)
            : new PinResult(pin.Name, PinState.Unchanged, [], pin);
    }

    private static PinResult Pinned(PluginPin pin, PluginPin? old)
    {
        if (old is null)
            return new PinResult(pin.Name, PinState.Pinned, [$"{pin.Files.Count} files"], pin);
        var differences = old.DifferencesTo(pin.Files);
        return differences.Count == 0 ? new PinResult(pin.Name, PinState.Unchanged, [], old) : new PinResult(pin.Name, PinState.Pinned, [.. differences.Select(text => $"{text} now")], pin);
    }

    private static List<PluginPin> Choose(IReadOnlyCollection<string> names, ModulesLock known) => names.Count == 0 ? [.. known.Pins] :
    [
        .. names.Distinct().Select(name => known.Find(name) ?? throw new AdminException(
            ExitCode.DataError, $"the plugin '{name}' is not pinned{Suggestion.Ask(name, known.Pins.Select(pin => pin.Name))}")),
    ];

    private PluginFile Find(string name, IReadOnlyList<PluginFile> plugins)
    {
        var found = plugins.FirstOrDefault(plugin => plugin.Name == name);
        if (found is not null)
            return found;
        var having = plugins.Where(plugin => plugin.Modules.Any(module => module.Name == name)).ToList();
        if (having.Count == 1)
            return having[0];
        throw new AdminException(ExitCode.DataError, having.Count > 1
            ? $"more than one plugin has a module '{name}': {string.Join(", ", having.Select(plugin => plugin.Name))}; name the plugin"
            : $"there is no plugin '{name}' in {_directory}{Suggestion.Ask(name, plugins.Select(plugin => plugin.Name))}");
    }

    private IReadOnlyList<PluginFile> Discover(PinPolicy? policy) => Directory.Exists(_directory)
        ? PluginDiscovery.Discover(_directory, policy)
        : throw new AdminException(ExitCode.Configuration, $"there is no modules directory {_directory}; let 'modules_dir' name the place where the plugins are");

    private void Change(Func<ModulesLock, ModulesLock> change)
    {
        var mistakes = new List<Mistake>();
        if (!Directory.Exists(_directory))
            Discover(null);
        if (ModulesLockWriter.Change(_directory, change, mistakes) is null)
            throw new ConfigurationException(mistakes);
    }
}
