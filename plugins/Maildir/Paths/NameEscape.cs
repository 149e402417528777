using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailStore.Maildir.Paths;

/// <summary>
/// Makes one path segment of a name from outside. ASCII letters, digits and <c>. _ - +</c> stay; every other byte of its UTF-8 form
/// becomes <c>%XX</c>, so that a file system that folds letter case or Unicode forms has nothing to fold but ASCII case, and no tool that reads the path
/// (Dovecot's passwd-file has colons) stumbles. A leading dot is escaped: no name is <c>..</c>, is hidden, or looks like one of this module's
/// temporaries. <c>~</c> never comes out, so that <c>alice~3</c> is nobody's name.
/// </summary>
/// <remarks>
/// Injective: the escape character is escaped itself, and what is not plain bytes has marks that no byte has: <c>%_</c> the empty name,
/// <c>%-</c> no name, <c>%uXXXX</c> half a surrogate pair, <c>%h</c> the hash of a segment that was too long.
/// </remarks>
internal static class NameEscape
{
    /// <summary>Of a name without a domain.</summary>
    public const string None = "%-";

    /// <summary>In bytes; leaves room in the 255 of a file system for <c>~</c> and a version.</summary>
    public const int MaxLength = 200;

    private const string Empty = "%_";
    private const int KeptOfLong = 160;

    /// <summary>Escapes a part of a name.</summary>
    public static string Escape(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return Empty;
        var escaped = new StringBuilder(name.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' || (c == '.' && i > 0))
            {
                escaped.Append(c);
            }
            else if (Rune.DecodeFromUtf16(name[i..], out var rune, out var consumed) == System.Buffers.OperationStatus.Done)
            {
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                    escaped.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
                i += consumed - 1;
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%u{(int)c:X4}");
            }
        }

        return escaped.ToString();
    }

    /// <summary>Escapes a whole user name; the <c>@</c> before the domain stays.</summary>
    public static string EscapeUser(string user) =>
        user.LastIndexOf('@') is >= 0 and var at ? $"{Escape(user.AsSpan(0, at))}@{Escape(user.AsSpan(at + 1))}" : Escape(user);

    /// <summary>The user name that <see cref="EscapeUser"/> made this of; null if it made it of none.</summary>
    public static string? UnescapeUser(string escaped)
    {
        var name = escaped.LastIndexOf('@') is >= 0 and var at
            ? $"{Unescape(escaped[..at])}@{Unescape(escaped[(at + 1)..])}"
            : Unescape(escaped);
        return EscapeUser(name) == escaped ? name : null;
    }

    /// <summary>Shortens a segment of ASCII that a file system might not take. What is cut off goes into a hash.</summary>
    public static string Fit(string segment) =>
        segment.Length <= MaxLength ? segment : $"{segment.AsSpan(0, KeptOfLong)}%h{Hash(segment, 32)}";

    /// <summary>Hexadecimal digits of a hash, in lower case.</summary>
    public static string Hash(string text, int digits) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))).AsSpan(0, digits).ToString();

    // what is no escape stays: the caller sees by escaping again
    private static string Unescape(string escaped)
    {
        var name = new StringBuilder(escaped.Length);
        var bytes = new List<byte>();
        for (var i = escaped == Empty ? escaped.Length : 0; i < escaped.Length;)
        {
            var rest = escaped.AsSpan(i);
            if (rest.Length >= 3 && rest[0] == '%' && byte.TryParse(rest[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 3;
                continue;
            }

            name.Append(Encoding.UTF8.GetString([.. bytes]));
            bytes.Clear();
            var isHalf = rest.Length >= 6 && rest[..2] is "%u" && ushort.TryParse(rest[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
            name.Append(isHalf ? (char)ushort.Parse(rest[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : rest[0]);
            i += isHalf ? 6 : 1;
        }

        return name.Append(Encoding.UTF8.GetString([.. bytes])).ToString();
    }
}
