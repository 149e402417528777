using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace MailStore.Sdk.Conformance;

/// <summary>Records to try, and words for them.</summary>
internal static class Samples
{
    public const string Alice = "alice@example.org";

    /// <summary>Names that a sloppy comparison, escaping or encoding confuses: each is a user of his own.</summary>
    public static readonly IReadOnlyList<string> AlikeNames =
    [
        "alice@example.org", "Alice@example.org", "ALICE@example.org", "alice@example.orG", "alice@example.org ", " alice@example.org", "alice@example.org.",
        "jos\u00e9@example.org", "jose\u0301@example.org", "jose@example.org", "stra\u00dfe@example.org", "strasse@example.org", "STRASSE@example.org",
        "\u0131@example.org", "i@example.org", "I@example.org", "\u0130@example.org", "\ufb01n@example.org", "fin@example.org", "\u03c3@example.org", "\u03c2@example.org",
        "k@example.org", "\u212a@example.org", "a\u200db@example.org", "a\u00adb@example.org", "ab@example.org", "\uff41b@example.org", "1@example.org", "\u0661@example.org",
    ];

    /// <summary>Names that are something else to a file system, a query language or a line protocol.</summary>
    public static readonly IReadOnlyList<string> HostileNames =
    [
        "../../etc/passwd", "/", ".", "..", ".hidden", "a/b@example.org", "a\\b@example.org", "-rf", "~root", "con", "null", "*", "?", "[a-z]",
        "'; DROP TABLE users; --", "\"quoted\"@example.org", "$where", "{\"a\":1}", "<x>&amp;", "%", "_", "%%", "a%b", "a_b", "a=b", "a,b", "a;b", "a|b", "`id`", "$(id)", "#", "0", "@", "@@", "a@b@c",
        " ", "\t", "tab\there", "line\nbreak", "return\rhere", "\u0001\u001f\u007f\u0085", "\u2028\u2029", "\ufeffbom@example.org", "\u202egro.elpmaxe@ecila", "\ud83d\ude00@example.org", "\u4e2d\u6587@\u4f8b\u5b50.example",
        "%00", "%2e%2e%2f", "\\u0000", "\ufffd", "\uffff",
    ];

    public static UserRecord User(string name, params (string Key, string Value)[] settings)
    {
        var user = new UserRecord { Name = name };
        return user with { Settings = user.Settings.SetItems(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))) };
    }

    public static UserRecord With(this UserRecord user, string key, string value) => user with { Settings = user.Settings.SetItem(key, value) };

    public static Allocation Allocation(string id, params (string Key, string Value)[] values)
    {
        var allocation = new Allocation { Id = id, Mda = "kit", Form = 1 };
        return allocation with { Values = allocation.Values.SetItems(values.Select(value => KeyValuePair.Create(value.Key, value.Value))) };
    }

    /// <summary>Whether two records are the same to the character, their versions aside.</summary>
    public static bool SameContent(UserRecord one, UserRecord two) =>
        one.Name == two.Name && Same(one.Settings, two.Settings)
        && (one.Allocation, two.Allocation) switch
        {
            (null, null) => true,
            ({ } a, { } b) => a.Id == b.Id && a.Mda == b.Mda && a.Form == b.Form && Same(a.Values, b.Values),
            _ => false,
        };

    /// <summary>For messages: all of a record, what cannot be seen written as <c>\u0001</c>.</summary>
    public static string Show(UserRecord? user) => user is null ? "null" : string.Create(
        CultureInfo.InvariantCulture,
        $"{{{Quote(user.Name)}, version {user.Version}, {Show(user.Settings)}{(user.Allocation is { } a ? $", allocation {Quote(a.Id)} of {Quote(a.Mda)}, form {a.Form}, {Show(a.Values)}" : "")}}}");

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text.Length > 80 ? text[..80] : text)
        {
            if (c is >= ' ' and <= '~')
                quoted.Append(c);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return quoted.Append('\'').Append(text.Length > 80 ? $" ({text.Length} characters)" : "").ToString();
    }

    // in their order, which is ordinal
    private static bool Same(ImmutableSortedDictionary<string, string> one, ImmutableSortedDictionary<string, string> two) =>
        one.Count == two.Count && one.Zip(two).All(pair => pair.First.Key == pair.Second.Key && pair.First.Value == pair.Second.Value);

    private static string Show(ImmutableSortedDictionary<string, string> pairs) =>
        pairs.Count == 0 ? "no settings" : string.Join(" ", pairs.Take(12).Select(pair => $"{Quote(pair.Key)}={Quote(pair.Value)}")) + (pairs.Count > 12 ? " ..." : "");
}
