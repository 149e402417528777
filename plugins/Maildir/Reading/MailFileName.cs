using System.Globalization;
using MailStore.Maildir.Interop;
using MailStore.Sdk;

namespace MailStore.Maildir.Reading;

/// <summary>Takes names of files in <c>new</c> and <c>cur</c> apart: <c>UNIQUE,S=100,W=104:2,RS</c>.</summary>
internal static class MailFileName
{
    private const string SizeKey = ",S=";
    private const string FlagsKey = ":2,";

    /// <summary>Whether an entry is a mail: dot files, directories and links are not.</summary>
    public static bool IsMail(DirectoryEntry entry) => entry.Kind == FileKind.Regular && !entry.Name.StartsWith('.');

    /// <inheritdoc cref="IsMail(DirectoryEntry)"/>
    public static bool IsMail(DirectoryReader entry) => !entry.Name.StartsWith("."u8) && entry.Kind == FileKind.Regular;

    /// <summary>What stays the same for as long as the mail is there: all before the flags, which its readers change.</summary>
    public static string BaseOf(string name) => name.IndexOf(':') is >= 0 and var end ? name[..end] : name;

    /// <inheritdoc cref="BaseOf(string)"/>
    public static ReadOnlySpan<byte> BaseOf(ReadOnlySpan<byte> name) => name.IndexOf((byte)':') is >= 0 and var end ? name[..end] : name;

    /// <summary>The size in the name; null where there is none.</summary>
    public static long? SizeOf(string name)
    {
        var start = name.IndexOf(SizeKey, StringComparison.Ordinal);
        if (start < 0)
            return null;
        var digits = name.AsSpan(start + SizeKey.Length);
        var length = digits.IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(length < 0 ? digits : digits[..length], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;
    }

    /// <summary>The flags in the name; letters beyond those of the Maildir specification (Dovecot's keywords) are passed over.</summary>
    public static MailFlags FlagsOf(string name)
    {
        var start = name.IndexOf(FlagsKey, StringComparison.Ordinal);
        var flags = MailFlags.None;
        foreach (var letter in start < 0 ? "" : name.AsSpan(start + FlagsKey.Length))
        {
            flags |= letter switch
            {
                'D' => MailFlags.Draft,
                'F' => MailFlags.Flagged,
                'P' => MailFlags.Passed,
                'R' => MailFlags.Answered,
                'S' => MailFlags.Seen,
                'T' => MailFlags.Deleted,
                _ => MailFlags.None,
            };
        }

        return flags;
    }
}
