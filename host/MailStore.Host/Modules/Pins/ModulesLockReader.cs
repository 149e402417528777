using System.Globalization;
using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>Reads what <see cref="ModulesLockWriter"/> writes, and nothing else; each mistake with its place.</summary>
internal sealed class ModulesLockReader(ICollection<Mistake> mistakes)
{
    public const string PluginTable = "plugin";
    public const string FilesTable = "files";
    public const string HashPrefix = "sha256:";
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    public const int Format = 1;

    private const string Remedy = "mend it, or delete the file and run 'mailstore module pin --all' once you trust what is there";
    private const int HashLength = 64;

    public IReadOnlyList<PluginPin> Read(ConfigTable root)
    {
        CheckKeys(root, "format", PluginTable);
        // a later program may write more than this one can honour
        if (root.Find("format") is not { } format)
            mistakes.Add(root.Mistake($"'format = {Format}' is missing; {Remedy}"));
        else if (format.Value is not (long and Format or UnreadableValue))
            mistakes.Add(format.Mistake($"this program reads the format {Format}, not {TomlText.Shown(format.Value)}; it was written by another version of MailStore: use that one, or {Remedy}"));
        var pins = new List<PluginPin>();
        foreach (var entry in Tables(root.Find(PluginTable)))
        {
            if (Pin(entry.Key, (ConfigTable)entry.Value) is { } pin)
                pins.Add(pin);
        }

        return pins;
    }

    private PluginPin? Pin(string name, ConfigTable table)
    {
        CheckKeys(table, "pinned", "version", "sdk", FilesTable);
        var version = Text(table, "version", isNeeded: false);
        var sdk = Text(table, "sdk", isNeeded: false);
        var pinned = Time(table);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (table.FindTable(FilesTable) is not { Entries.Count: > 0 } hashes)
        {
            mistakes.Add(table.Mistake($"{table.Title} names no files; {Remedy}"));
            return null;
        }

        foreach (var entry in hashes.Entries)
        {
            if (entry.Value is string text && text.StartsWith(HashPrefix, StringComparison.Ordinal) && IsHash(text[HashPrefix.Length..]))
                files[entry.Key] = text[HashPrefix.Length..];
            else
                Tell(entry, $"'{entry.Key}' takes \"{HashPrefix}\" and {HashLength} digits of 0-9 and a-f");
        }

        return pinned is { } time ? new PluginPin(name, time, version, sdk, files) : null;
    }

    private DateTimeOffset? Time(ConfigTable table)
    {
        if (Text(table, "pinned", isNeeded: true) is not { } text)
            return null;
        if (DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        Tell(table.Find("pinned")!, "'pinned' takes a time as \"2026-01-31T12:00:00Z\"");
        return null;
    }

    private string? Text(ConfigTable table, string key, bool isNeeded)
    {
        var entry = table.Find(key);
        if (entry is null && isNeeded)
            mistakes.Add(table.Mistake($"'{key}' is missing in {table.Title}; {Remedy}"));
        else if (entry is { Value: not (string or UnreadableValue) })
            Tell(entry, $"'{key}' takes text in quotes, not {TomlText.Shown(entry.Value)}");
        return entry?.Value as string;
    }

    private IEnumerable<ConfigEntry> Tables(ConfigEntry? parent)
    {
        if (parent is { Value: not (ConfigTable or UnreadableValue) })
            Tell(parent, $"'{PluginTable}' is no table");
        foreach (var entry in (parent?.Value as ConfigTable)?.Entries ?? [])
        {
            if (entry.Value is ConfigTable)
                yield return entry;
            else if (entry.Value is not UnreadableValue)
                Tell(entry, $"a plugin is a table: [{PluginTable}.{TomlText.Key(entry.Key)}]");
        }
    }

    private void CheckKeys(ConfigTable table, params string[] known)
    {
        foreach (var entry in table.Entries.Where(entry => !known.Contains(entry.Key)))
            Tell(entry, $"unknown key {table.Name(entry.Key)}{Suggestion.Ask(entry.Key, known)}");
    }

    private void Tell(ConfigEntry entry, string message) => mistakes.Add(entry.Mistake($"{message}; {Remedy}"));

    private static bool IsHash(string text) => text.Length == HashLength && text.All(letter => letter is >= '0' and <= '9' or >= 'a' and <= 'f');
}
