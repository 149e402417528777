using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>The file <c>modules.lock</c> of a modules directory: which plugins are pinned to what. Immutable; a missing file is an empty one.</summary>
internal sealed class ModulesLock
{
    public const string FileName = "modules.lock";

    private readonly SortedDictionary<string, PluginPin> _pins;

    private ModulesLock(IEnumerable<PluginPin> pins) =>
        _pins = new SortedDictionary<string, PluginPin>(pins.ToDictionary(pin => pin.Name), StringComparer.Ordinal);

    public static ModulesLock Empty { get; } = new([]);

    /// <summary>By name.</summary>
    public IReadOnlyCollection<PluginPin> Pins => _pins.Values;

    public static string PathIn(string modulesDirectory) => Path.Combine(modulesDirectory, FileName);

    /// <summary>Reads the file of a modules directory.</summary>
    /// <param name="mistakes">Gets what is wrong with it. While there is a mistake nothing may be loaded: the file may have been made unreadable for just that.</param>
    public static ModulesLock Read(string modulesDirectory, ICollection<Mistake> mistakes)
    {
        var path = PathIn(modulesDirectory);
        try
        {
            if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null)
                return Empty;
            if (new PathTrust().Find(path).FirstOrDefault() is { } distrust)
            {
                mistakes.Add(new Mistake(path, 0, 0, $"{distrust.Reason}, and so what it pins counts for nothing; make sure that nobody did, and run: {distrust.Remedy()}"));
                return Empty;
            }
        }
        catch (IOException exception)
        {
            mistakes.Add(new Mistake(path, 0, 0, $"who may write it cannot be told: {exception.Message}"));
            return Empty;
        }

        var before = mistakes.Count;
        var text = new ConfigurationFile(path, path).Read(mistakes);
        var pins = text is null ? [] : new ModulesLockReader(mistakes).Read(TomlReader.Read(text, path, mistakes));
        return mistakes.Count > before ? Empty : new ModulesLock(pins);
    }

    public PluginPin? Find(string plugin) => _pins.GetValueOrDefault(plugin);

    /// <summary>With these pins in place of those of the same names.</summary>
    public ModulesLock With(IEnumerable<PluginPin> pins) => new(pins.UnionBy(_pins.Values, pin => pin.Name));

    public ModulesLock Without(IEnumerable<string> plugins) => new(_pins.Values.ExceptBy(plugins, pin => pin.Name));
}
