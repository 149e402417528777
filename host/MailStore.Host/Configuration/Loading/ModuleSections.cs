using System.Buffers;

namespace MailStore.Host.Configuration;

/// <summary>Finds the modules that a configuration names.</summary>
internal sealed class ModuleSections(ConfigTable? root, ICollection<Mistake> mistakes)
{
    private const string Rule = "lower-case letters, digits and hyphens, 64 at most";
    private const int LongestName = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly List<ModuleSection> _used = [];
    private readonly List<ModuleSection> _unused = [];

    public static (IReadOnlyList<ModuleSection> Used, IReadOnlyList<ModuleSection> Unused) Read(
        ConfigTable? root, HostOptions options, ICollection<Mistake> mistakes)
    {
        var sections = new ModuleSections(root, mistakes);
        sections.Read(ModuleKind.Mda, options.Mda);
        sections.Read(ModuleKind.Creator, options.Creator);
        sections.Read(ModuleKind.Userdb, options.Userdb);
        return (sections._used, sections._unused);
    }

    private void Read(ModuleKind kind, string selected)
    {
        var sections = new List<ModuleSection>();
        foreach (var entry in root?.FindTable(kind.Key())?.Entries ?? [])
        {
            if (Section(kind, entry) is { } section)
                sections.Add(section);
        }

        var place = root?.FindValue(kind.Key());
        if (!sections.Exists(section => section.Instance == selected))
        {
            if (!IsName(selected))
            {
                // the defaults are names: this one is from the file
                var question = Suggestion.Ask(selected, sections.Select(section => section.Instance));
                mistakes.Add(place!.Mistake($"{TomlText.Shown(selected)} is not the name of {Article(kind)}: {Rule}{question}"));
            }

            sections.Add(new ModuleSection(kind, selected, selected, null, place));
        }

        _used.AddRange(sections.Where(section => kind == ModuleKind.Mda || section.Instance == selected));
        _unused.AddRange(sections.Where(section => kind != ModuleKind.Mda && section.Instance != selected));
    }

    private ModuleSection? Section(ModuleKind kind, ConfigEntry entry)
    {
        if (entry.Value is not ConfigTable table)
        {
            if (entry.Value is not UnreadableValue)
            {
                mistakes.Add(entry.Mistake($"unknown key '{entry.Key}' in [{kind.Key()}]; options of {Article(kind)} stand in a table with its name, "
                    + $"as [{kind.Key()}.{DefaultOf(kind)}]"));
            }

            return null;
        }

        if (!IsName(entry.Key))
            mistakes.Add(entry.Mistake($"{table.Title} does not name {Article(kind)}: {Rule}"));
        var module = table.FindValue("module");
        if (module is { Value: not (string or UnreadableValue) })
            mistakes.Add(module.Mistake($"'module' takes the name of a module, not {TomlText.Shown(module.Value)}"));
        else if (module is { Value: string name } && !IsName(name))
            mistakes.Add(module.Mistake($"{TomlText.Shown(name)} is not the name of a module: {Rule}"));

        var ownOptions = new ConfigTable(table.Title, table.File, table.Line, table.Column);
        ownOptions.Entries.AddRange(table.Entries.Where(option => option.Key != "module"));
        return new ModuleSection(kind, entry.Key, module?.Value as string ?? entry.Key, ownOptions, module ?? entry);
    }

    private static string Article(ModuleKind kind) => kind switch
    {
        ModuleKind.Mda => "an MDA",
        ModuleKind.Creator => "a creator",
        _ => "a user database",
    };

    private static string DefaultOf(ModuleKind kind) => kind switch
    {
        ModuleKind.Mda => new HostOptions().Mda,
        ModuleKind.Creator => new HostOptions().Creator,
        _ => new HostOptions().Userdb,
    };

    // by hand: an expression would be the only one of a start, and cost more than the reading of the whole file
    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name[0] != '-' && !name.AsSpan().ContainsAnyExcept(NameCharacters);
}
