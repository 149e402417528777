namespace MailStore.Host.Configuration;

/// <summary>Reads the <c>[domain."…"]</c> tables, and checks the host's keys in them.</summary>
internal sealed class DomainTables(IReadOnlyCollection<string> mdas, ICollection<Mistake> mistakes)
{
    private readonly Dictionary<string, ConfigTable> _domains = new(StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, ConfigTable> Read(ConfigTable? root, IReadOnlyCollection<string> mdas, ICollection<Mistake> mistakes)
    {
        var tables = new DomainTables(mdas, mistakes);
        foreach (var entry in root?.FindTable("domain")?.Entries ?? [])
            tables.Add(entry);
        return tables._domains;
    }

    private void Add(ConfigEntry entry)
    {
        if (entry.Value is UnreadableValue)
            return;
        if (entry.Value is not ConfigTable table)
        {
            mistakes.Add(entry.Mistake($"unknown key '{entry.Key}' in [domain]; settings of a domain stand in [domain.\"example.org\"]"));
            return;
        }

        if (Unquoted(entry.Key, table) is { } meant)
        {
            mistakes.Add(entry.Mistake($"a domain's name stands in quotes: [domain.\"{meant}\"]"));
            return;
        }

        var domain = DomainName.Normalise(entry.Key);
        if (domain.Length == 0 || domain.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '@' or '/' or '\\' or '<' or '>'))
            mistakes.Add(entry.Mistake($"{TomlText.Shown(entry.Key)} is not the name of a domain, as \"example.org\""));
        if (_domains.TryGetValue(domain, out var first))
        {
            mistakes.Add(entry.Mistake($"{table.Title} is the same domain as {first.Title} at ({first.Line},{first.Column}); put the settings together"));
            return;
        }

        _domains.Add(domain, table);
        foreach (var setting in table.Entries.Where(setting => HostKeys.IsHostKey(setting.Key)))
            CheckHostKey(table, setting);
    }

    private void CheckHostKey(ConfigTable table, ConfigEntry setting)
    {
        var error = (setting.Key, setting.Value) switch
        {
            (_, UnreadableValue) => null,
            (HostKeys.Mda, string mda) => HostKeys.CheckMda(mda, mdas),
            (HostKeys.Mda, var other) => $"'mda' takes the name of an [mda.NAME] table, not {TomlText.Shown(other)}",
            (HostKeys.Enabled, bool) => null,
            (HostKeys.Enabled, var other) => $"'enabled' takes true or false, not {TomlText.Shown(other)}",
            (HostKeys.CatchAll, string catchAll) => HostKeys.CheckUser(HostKeys.CatchAll, catchAll),
            (HostKeys.CatchAll, var other) => $"'catch_all' takes the name of a user, as postmaster@example.org, not {TomlText.Shown(other)}",
            _ => $"'{setting.Key}' belongs into the record of a user, not into {table.Title}",
        };
        if (error is not null)
            mistakes.Add(setting.Mistake(error));
    }

    /// <summary><c>[domain.example.org]</c> is to TOML a table <c>org</c> in a table <c>example</c>, with no setting before the last.</summary>
    private static string? Unquoted(string key, ConfigTable table)
    {
        if (key.Contains('.', StringComparison.Ordinal))
            return null;
        var name = key;
        while (table.Entries.Count > 0 && table.Entries.TrueForAll(entry => entry.Value is ConfigTable && !entry.Key.Contains('.', StringComparison.Ordinal)))
        {
            name += "." + table.Entries[0].Key;
            table = (ConfigTable)table.Entries[0].Value;
        }

        return name == key ? null : name;
    }
}
