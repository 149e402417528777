using System.Text;
using MailStore.Sdk;

namespace MailStore.S3.Keys;

/// <summary>
/// Where the flags of a mail stand: in an object beside it, <c>….eml.flags</c>, that a listing shows right after the mail. Its size is the flags as a number, so that a listing
/// tells them; setting them is one write, of the whole. Its content is the letters of Maildir, for people. A mail without flags has no such object.
/// </summary>
internal static class FlagsKey
{
    private const string Suffix = ".flags";

    // in the order of the bits of MailFlags
    private const string Letters = "DFPRST";

    public static string Of(string mailKey) => mailKey + Suffix;

    /// <summary>What to write: <c>FS</c> and blanks, 18 bytes in all.</summary>
    public static string Content(MailFlags flags)
    {
        var text = new StringBuilder();
        for (var bit = 0; bit < Letters.Length; bit++)
        {
            if (flags.HasFlag((MailFlags)(1 << bit)))
                text.Append(Letters[bit]);
        }

        return text.ToString().PadRight((int)flags);
    }

    /// <summary>Whether this is the key of the flags of a mail.</summary>
    /// <param name="key">Below a user's place.</param>
    public static bool IsOne(string key) => key.EndsWith(Suffix, StringComparison.Ordinal) && MailKey.Parse(key[..^Suffix.Length]) is not null;

    /// <summary>Reads an object of a listing.</summary>
    /// <returns>The flags; null if it is not the one for this mail.</returns>
    public static MailFlags? Read(string mailKey, string key, long size) =>
        key.Length == mailKey.Length + Suffix.Length && key.StartsWith(mailKey, StringComparison.Ordinal) && key.EndsWith(Suffix, StringComparison.Ordinal)
            ? (MailFlags)size & MailboxFidelity.Full.Flags
            : null;
}
