using System.Globalization;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>Settings that are put over a module's own options for one user: those of his domain, then those of his record.</summary>
/// <param name="Name">Who set them, for messages: <c>the record</c>, <c>domain example.org</c>.</param>
/// <param name="Values">
/// Keys (dotted for nested options) and values as text; of a key that comes twice the last value counts. Keys of the host are skipped.
/// </param>
/// <param name="IgnoreUnknown">Whether a key that this MDA does not have is skipped: a domain's settings may be meant for several MDAs.</param>
internal sealed record SettingsLayer(string Name, IReadOnlyList<KeyValuePair<string, string>> Values, bool IgnoreUnknown)
{
    /// <summary>Whether it is a user's own, of which the policy may pass over some.</summary>
    public bool IsOfRecord { get; init; }

    /// <summary>What a record says.</summary>
    public static SettingsLayer FromRecord(UserRecord record) => new("the record", [.. record.Settings], IgnoreUnknown: false) { IsOfRecord = true };

    /// <summary>The settings of a <c>[domain."…"]</c> table, as text. Make it once and keep it: it does not change while the server runs.</summary>
    public static SettingsLayer FromDomain(string domain, ConfigTable table)
    {
        var values = new List<KeyValuePair<string, string>>();
        Add(values, "", table);
        return new SettingsLayer($"domain {domain}", values, IgnoreUnknown: true);
    }

    /// <summary>A value of the file as a record would say it.</summary>
    public static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IReadOnlyList<object> items => ListConverter.Join(items.Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static void Add(List<KeyValuePair<string, string>> values, string prefix, ConfigTable table)
    {
        foreach (var entry in table.Entries)
        {
            if (entry.Value is ConfigTable nested)
                Add(values, $"{prefix}{entry.Key}.", nested);
            else if (entry.Value is not UnreadableValue)
                values.Add(new KeyValuePair<string, string>(prefix + entry.Key, Text(entry.Value)));
        }
    }
}
