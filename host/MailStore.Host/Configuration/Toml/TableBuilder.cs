namespace MailStore.Host.Configuration;

/// <summary>A table while the file is read: found by key in constant time, and knowing how it came to be.</summary>
internal sealed class TableBuilder(ConfigTable table, string path, TableOrigin origin)
{
    private readonly Dictionary<string, ConfigEntry> _values = [];
    private readonly Dictionary<string, TableBuilder> _tables = [];

    public ConfigTable Table { get; } = table;

    public TableOrigin Origin { get; private set; } = origin;

    private bool IsTop => path.Length == 0;

    public TableBuilder? FindTable(string key) => _tables.GetValueOrDefault(key);

    /// <summary>
    /// What stands in the way of a new value or table with this key: where the first one is. At the top level <c>mda = "…"</c> and <c>[mda.…]</c> may
    /// stand side by side, which TOML itself does not allow: the two read best so, and mean no ambiguity here.
    /// </summary>
    public (int Line, int Column)? FindRival(string key, bool isTable)
    {
        var sharesName = IsTop && ModuleKindNames.IsKey(key);
        if (_values.TryGetValue(key, out var value) && !(isTable && sharesName))
            return (value.Line, value.Column);
        if (_tables.TryGetValue(key, out var table) && !(!isTable && sharesName))
            return (table.Table.Line, table.Table.Column);
        return null;
    }

    /// <summary>A table that was only implied gets its own header.</summary>
    public void GiveHeader() => Origin = TableOrigin.Header;

    /// <summary>The closing brace: nothing can be added any more.</summary>
    public void Close() => Origin = TableOrigin.Inline;

    public void Add(ConfigEntry entry)
    {
        _values.Add(entry.Key, entry);
        Table.Entries.Add(entry);
    }

    public TableBuilder AddTable(TomlKey key, string file, TableOrigin origin)
    {
        var childPath = IsTop ? TomlText.Key(key.Name) : $"{path}.{TomlText.Key(key.Name)}";
        var child = new TableBuilder(new ConfigTable($"[{childPath}]", file, key.Line, key.Column), childPath, origin);
        _tables.Add(key.Name, child);
        Table.Entries.Add(new ConfigEntry(key.Name, child.Table, file, key.Line, key.Column));
        return child;
    }
}
