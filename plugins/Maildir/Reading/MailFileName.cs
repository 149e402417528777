using System.Globalization;
using MailStore.Maildir.Interop;
using MailStore.Sdk;

namespace MailStore.Maildir.Reading;

/// <summary>Takes names of files in <c>new</c> and <c>cur</c> apart: <c>UNIQUE,S=100,W=104:2,RS</c>.</summary>
internal static class MailFileName
{
    private const string SizeKey = ",S=";
    private const string FlagsKey = ":2,";

    // in the order of the bits of MailFlags
    private const string Letters = "DFPRST";

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

    /// <summary>The name with these flags; letters beyond those of the specification stay (Dovecot's keywords), and all are in ASCII order, as it wants.</summary>
    public static string WithFlags(string name, MailFlags flags)
    {
        var start = name.IndexOf(FlagsKey, StringComparison.Ordinal);
        var others = start < 0 ? [] : name[(start + FlagsKey.Length)..].Where(letter => !Letters.Contains(letter));
        var known = Letters.Where((_, i) => flags.HasFlag((MailFlags)(1 << i)));
        return BaseOf(name) + FlagsKey + string.Concat(known.Concat(others).Distinct().Order());
    }

    /// <summary>Whether there are letters behind the flags that stand for keywords (Dovecot's, <c>a</c> to <c>z</c>).</summary>
    public static bool HasKeywords(ReadOnlySpan<byte> name) =>
        name.IndexOf(":2,"u8) is >= 0 and var start && name[(start + FlagsKey.Length)..].IndexOfAnyInRange((byte)'a', (byte)'z') >= 0;

    /// <summary>The flags in the name; letters beyond those of the Maildir specification (Dovecot's keywords) are passed over.</summary>
    public static MailFlags FlagsOf(string name)
    {
        var start = name.IndexOf(FlagsKey, StringComparison.Ordinal);
        var flags = MailFlags.None;
        foreach (var letter in start < 0 ? "" : name.AsSpan(start + FlagsKey.Length))
        {
            if (Letters.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var bit)
                flags |= (MailFlags)(1 << bit);
        }

        return flags;
    }
}
