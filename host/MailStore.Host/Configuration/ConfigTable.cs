namespace MailStore.Host.Configuration;

/// <summary>One table of the configuration file, with the place of each of its keys.</summary>
/// <param name="Title">As in the file, for messages: <c>[mda.maildir]</c>; empty for the top level.</param>
internal sealed record ConfigTable(string Title, string File, int Line, int Column)
{
    /// <summary>
    /// In the order of the file; keys are unique (a duplicate is a mistake of the file), but for <c>mda</c>, <c>creator</c> and <c>userdb</c> of
    /// the top level, which may be a value and a table at once.
    /// </summary>
    public List<ConfigEntry> Entries { get; } = [];

    /// <summary>The key's name with its table, for messages: <c>'pth' in [mda.maildir]</c>.</summary>
    public string Name(string key) => Title.Length == 0 ? $"'{key}'" : $"'{key}' in {Title}";

    public ConfigEntry? Find(string key) => Entries.Find(entry => entry.Key == key);

    /// <summary>The entry with this key that is not a table.</summary>
    public ConfigEntry? FindValue(string key) => Entries.Find(entry => entry.Key == key && entry.Value is not ConfigTable);

    /// <summary>The table with this key.</summary>
    public ConfigTable? FindTable(string key) => Entries.Find(entry => entry.Key == key && entry.Value is ConfigTable)?.Value as ConfigTable;

    /// <summary>A value, of a nested table where the key is dotted.</summary>
    public ConfigEntry? FindDotted(string key) =>
        key.Split('.', 2) is [var outer, var inner] ? FindTable(outer)?.FindDotted(inner) : FindValue(key);

    public Mistake Mistake(string message) => new(File, Line, Column, message);
}
