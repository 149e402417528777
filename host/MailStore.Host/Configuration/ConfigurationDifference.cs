namespace MailStore.Host.Configuration;

/// <summary>What two versions of a configuration say differently.</summary>
internal static class ConfigurationDifference
{
    /// <returns>The keys, as <c>[lmtp] listen</c>, in the order of the alphabet.</returns>
    public static IReadOnlyList<string> Between(ConfigTable? before, ConfigTable? after)
    {
        var old = Flatten(before);
        var now = Flatten(after);
        return [.. old.Keys.Union(now.Keys).Where(key => old.GetValueOrDefault(key) != now.GetValueOrDefault(key)).Order(StringComparer.Ordinal)];
    }

    private static Dictionary<string, string> Flatten(ConfigTable? table)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (table is not null)
            Flatten(table, values);
        return values;
    }

    private static void Flatten(ConfigTable table, Dictionary<string, string> values)
    {
        foreach (var entry in table.Entries)
        {
            if (entry.Value is ConfigTable nested)
                Flatten(nested, values);
            else
                values[table.Title.Length == 0 ? entry.Key : $"{table.Title} {entry.Key}"] = Text(entry.Value);
        }
    }

    private static string Text(object value) => value is IReadOnlyList<object> list
        ? string.Join('\n', list.Select(Text))
        : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
