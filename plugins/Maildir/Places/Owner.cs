using System.Globalization;
using System.Text;
using MailStore.Maildir.Paths;
using MailStore.Sdk;

namespace MailStore.Maildir.Places;

/// <summary>
/// Whose a Maildir is: what the file <c>mailstore-owner</c> in it says. A name and a version of its record mean one life of a user for ever
/// (<see cref="UserRecord.Version"/>): who is removed and added again is another owner.
/// </summary>
/// <param name="User">The name, escaped: one line of ASCII.</param>
/// <param name="Version">The version of the record that the place was allocated for.</param>
/// <param name="Ids">The uid and gid, where there are any.</param>
/// <param name="IsAdopted">Whether the Maildir was there before: then its directory is the administrator's.</param>
/// <param name="GivenClaim">The claim, of a place that was mended after its file was lost: by then the record has another version.</param>
internal sealed record Owner(string User, long Version, Ownership? Ids, bool IsAdopted, string? GivenClaim = null)
{
    private const string Head = "# MailStore: whose Maildir this is. Do not change or remove.\n";

    /// <summary>The same for all attempts for one life of a user, on whatever host, and for no others. Kept in the allocation.</summary>
    public string Claim => GivenClaim ?? NameEscape.Hash($"{User}\n{Version}", 32);

    public static Owner Of(EffectiveUser user, Ownership? ids, bool isAdopted = false) => new(NameEscape.EscapeUser(user.Name), user.Version, ids, isAdopted);

    public bool IsUser(EffectiveUser user) => User == NameEscape.EscapeUser(user.Name);

    public byte[] Format()
    {
        var text = new StringBuilder(Head);
        text.Append(CultureInfo.InvariantCulture, $"user={User}\nversion={Version}\n");
        if (Ids is { } ids)
            text.Append(CultureInfo.InvariantCulture, $"uid={ids.Uid}\ngid={ids.Gid}\n");
        if (IsAdopted)
            text.Append("adopted=yes\n");
        if (GivenClaim is not null)
            text.Append(CultureInfo.InvariantCulture, $"claim={GivenClaim}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Reads the file's text; null where it is damaged.</summary>
    public static Owner? Parse(ReadOnlySpan<byte> text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Encoding.ASCII.GetString(text).Split('\n'))
        {
            if (!line.StartsWith('#') && line.IndexOf('=') is > 0 and var at)
                values[line[..at]] = line[(at + 1)..];
        }

        if (!values.TryGetValue("user", out var user) || !values.TryGetValue("version", out var number)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return null;
        return new Owner(user, version, IdsOf(values), values.ContainsKey("adopted"), values.GetValueOrDefault("claim"));
    }

    /// <summary>The ids of these values (of an owner file, of an allocation); null where there are none.</summary>
    public static Ownership? IdsOf(IReadOnlyDictionary<string, string> values) =>
        values.TryGetValue(Allocation.Uid, out var uid) && uint.TryParse(uid, NumberStyles.None, CultureInfo.InvariantCulture, out var uidNumber)
        && values.TryGetValue(Allocation.Gid, out var gid) && uint.TryParse(gid, NumberStyles.None, CultureInfo.InvariantCulture, out var gidNumber)
            ? new Ownership(uidNumber, gidNumber)
            : null;
}
