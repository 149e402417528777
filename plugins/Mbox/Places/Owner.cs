using System.Globalization;
using System.Text;
using MailStore.Mbox.Paths;
using MailStore.Sdk;

namespace MailStore.Mbox.Places;

/// <summary>
/// Whose an mbox file is: what the file <c>.NAME.mailstore</c> beside it says. A name and a version of its record mean one life of a user for ever
/// (<see cref="UserRecord.Version"/>): who is removed and added again is another owner.
/// </summary>
/// <param name="User">The name, escaped: one line of ASCII.</param>
/// <param name="Version">The version of the record that the place was allocated for.</param>
/// <param name="Restored">The claim, where the file was written anew for an allocation that was there.</param>
internal sealed record Owner(string User, long Version, string? Restored = null)
{
    private const string Head = "# MailStore: whose mbox file this is. Do not change or remove.\n";

    /// <summary>The same for all attempts for one life of a user, on whatever host, and for no others. Kept in the allocation.</summary>
    public string Claim => Restored ?? NameEscape.Hash($"{NameEscape.Fit(User)}\n{Version}", 32);

    public static Owner Of(EffectiveUser user) => new(NameEscape.WholeUser(user.Name), user.Version);

    public bool IsUser(Owner other) => User == other.User;

    public byte[] Format() =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Head}user={User}\nversion={Version}\n{(Restored is null ? "" : $"claim={Restored}\n")}"));

    /// <summary>Reads the file's text; null where it is damaged.</summary>
    public static Owner? Parse(ReadOnlySpan<byte> text)
    {
        string? user = null;
        long? version = null;
        string? restored = null;
        foreach (var line in Encoding.ASCII.GetString(text).Split('\n'))
        {
            if (line.StartsWith("user=", StringComparison.Ordinal))
                user = line["user=".Length..];
            else if (line.StartsWith("version=", StringComparison.Ordinal) && long.TryParse(line.AsSpan("version=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                version = number;
            else if (line.StartsWith("claim=", StringComparison.Ordinal))
                restored = line["claim=".Length..];
        }

        return user is not null && version is { } found ? new Owner(user, found, restored) : null;
    }
}
