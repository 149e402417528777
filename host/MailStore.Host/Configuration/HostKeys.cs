namespace MailStore.Host.Configuration;

/// <summary>The keys of the host among the settings of a user's record and of a domain; all others belong to the MDA.</summary>
internal static class HostKeys
{
    /// <summary>The MDA instance of a user who has no allocation yet.</summary>
    public const string Mda = "mda";

    /// <summary><c>true</c> or <c>false</c>; mail to a disabled user is refused (550 5.2.1).</summary>
    public const string Enabled = "enabled";

    /// <summary>In a record only: the name of the user who gets this one's mail.</summary>
    public const string Alias = "alias";

    /// <summary>In a domain only: the name of the user who gets the mail for all of its names that nobody has.</summary>
    public const string CatchAll = "catch_all";

    /// <summary>In a record only, and written by <c>mailstore user move</c> alone: what is under way, see <c>MoveState</c>.</summary>
    public const string Moving = "moving";

    /// <summary>In a record only, of a user who has moved: the id of his first allocation, by which mails are known again that an MTA sends twice.</summary>
    public const string Origin = "origin";

    /// <summary>RFC 5321, 4.5.3.1: 64 for the local part, 255 for the domain, and the <c>@</c>.</summary>
    private const int LongestName = 320;

    public static IReadOnlyList<string> InRecord { get; } = [Mda, Enabled, Alias];

    public static IReadOnlyList<string> InDomain { get; } = [Mda, Enabled, CatchAll];

    public static bool IsHostKey(string key) => key is Mda or Enabled or Alias or CatchAll || IsKept(key);

    /// <summary>Whether the host keeps it in records for itself: no setting of anybody.</summary>
    public static bool IsKept(string key) => key is Moving or Origin;

    /// <summary>Checks a host's setting of a record. Null if it is right, or if the key is not the host's.</summary>
    /// <param name="mdas">The names of the configured MDA instances.</param>
    public static string? Check(string key, string value, IReadOnlyCollection<string> mdas) => key switch
    {
        Mda => CheckMda(value, mdas),
        Enabled => CheckEnabled(value),
        Alias => CheckUser(Alias, value),
        CatchAll => "'catch_all' is a setting of a domain: it belongs into [domain.\"example.org\"] of the configuration",
        _ => null,
    };

    public static string? CheckMda(string value, IReadOnlyCollection<string> mdas) =>
        mdas.Contains(value)
            ? null
            : $"'mda' names '{value}', but there is no [mda.{TomlText.Key(value)}]; configured: {string.Join(", ", mdas)}{Suggestion.Ask(value, mdas)}";

    public static string? CheckEnabled(string value) => TryParseEnabled(value, out _) ? null : $"'enabled' takes true or false, not {TomlText.Shown(value)}";

    /// <summary>Checks the name of a user that another one's mail goes to.</summary>
    public static string? CheckUser(string key, string value)
    {
        if (value.Length == 0)
            return $"'{key}' takes the name of another user, as alice@example.org";
        if (value.Length > LongestName)
            return $"'{key}' is longer than {LongestName} characters";
        return value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' or ',')
            ? $"'{key}' takes the name of one other user, as alice@example.org, not {TomlText.Shown(value)}"
            : null;
    }

    public static bool TryParseEnabled(string value, out bool enabled) => bool.TryParse(value, out enabled);
}
