namespace MailStore.Host.Configuration;

/// <summary>Reads the table <c>[policy]</c>. Whether there is such a setting is known when the modules are, see <see cref="PolicyChecker"/>.</summary>
internal static class PolicyTable
{
    private static readonly OptionConverter Words = OptionConverters.For(typeof(PolicyRule))!;

    public static SettingsPolicy Read(ConfigTable? root, ICollection<Mistake> mistakes)
    {
        if (root?.FindTable(SettingsPolicy.Table) is not { } table)
            return SettingsPolicy.None;
        var rules = new Dictionary<string, (PolicyRule, ConfigEntry)>(StringComparer.Ordinal);
        Read(table, "");
        return new SettingsPolicy(rules);

        // a dotted key is a table to TOML, and one key where it stands in quotes
        void Read(ConfigTable part, string prefix)
        {
            foreach (var entry in part.Entries)
            {
                var key = prefix + entry.Key;
                if (entry.Value is ConfigTable nested)
                    Read(nested, key + ".");
                else if (HostKeys.IsHostKey(key))
                    mistakes.Add(entry.Mistake(OfHost(key)));
                else if (entry.Value is not UnreadableValue)
                    Add(entry, key);
            }
        }

        void Add(ConfigEntry entry, string key)
        {
            if (!Words.TryConvert(entry.Value, out var rule, out var error))
                mistakes.Add(entry.Mistake($"'{key}' in {table.Title} {error}"));
            else if (!rules.TryAdd(key, ((PolicyRule)rule!, entry)))
                mistakes.Add(entry.Mistake($"'{key}' stands in {table.Title} twice; the first is at ({rules[key].Item2.Line},{rules[key].Item2.Column})"));
        }
    }

    private static string OfHost(string key) => key == HostKeys.Mda
        ? "'mda' cannot be in [policy]: the allocation of a user decides, then his record, then his domain, then 'mda' above all tables"
        : $"'{key}' cannot be in [policy]: it is a key of the host and no setting of an MDA";
}
