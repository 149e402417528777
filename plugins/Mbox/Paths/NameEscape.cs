using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailStore.Mbox.Paths;

/// <summary>
/// Makes a part of a file's name of a name from outside, as the module maildir does: ASCII letters, digits and <c>. _ - +</c> stay, every other byte of
/// its UTF-8 form becomes <c>%XX</c>. A leading dot is escaped, so that no name is <c>..</c> or hidden, and the dot of <c>.lock</c> at the end: <c>bob.lock</c> is
/// how others lock the file <c>bob</c>. <c>~</c> never comes out, so that <c>alice~3</c> is nobody's name.
/// </summary>
/// <remarks>
/// Injective: the escape character is escaped itself, and what is not plain bytes has marks that no byte has: <c>%_</c> the empty name, <c>%-</c> no
/// name, <c>%uXXXX</c> half a surrogate pair, <c>%h</c> the hash of a name that was too long.
/// </remarks>
internal static class NameEscape
{
    /// <summary>Of a name without a domain.</summary>
    public const string None = "%-";

    private const string Empty = "%_";
    private const string Lock = ".lock";
    private const int MaxLength = 160;
    private const int KeptOfLong = 120;

    /// <summary>Escapes a part of a name, and shortens it where a file system might not take it.</summary>
    public static string Part(ReadOnlySpan<char> name) => Fit(Escape(name));

    /// <summary>Escapes a whole user name, and shortens it; the <c>@</c> before the domain stays.</summary>
    public static string User(string user) => Fit(WholeUser(user));

    /// <summary>As <see cref="User"/>, however long it becomes.</summary>
    public static string WholeUser(string user) =>
        user.LastIndexOf('@') is >= 0 and var at ? $"{Escape(user.AsSpan(0, at))}@{Escape(user.AsSpan(at + 1))}" : Escape(user);

    /// <summary>The name that <see cref="WholeUser"/> made this of; null if it made it of none.</summary>
    public static string? UnescapeUser(string escaped)
    {
        var name = escaped.LastIndexOf('@') is >= 0 and var at ? $"{Unescape(escaped[..at])}@{Unescape(escaped[(at + 1)..])}" : Unescape(escaped);
        return WholeUser(name) == escaped ? name : null;
    }

    /// <summary>Shortens a name that was escaped where a file system might not take it.</summary>
    public static string Fit(string escaped) =>
        escaped.Length <= MaxLength ? escaped : $"{escaped.AsSpan(0, KeptOfLong)}%h{Hash(escaped, 32)}";

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
            var half = '\0';
            if (rest.Length >= 6 && rest.StartsWith("%u") && ushort.TryParse(rest[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                half = (char)unit;
            name.Append(half == '\0' ? rest[0] : half);
            i += half == '\0' ? 1 : 6;
        }

        return name.Append(Encoding.UTF8.GetString([.. bytes])).ToString();
    }

    private static string Escape(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return Empty;
        var escaped = new StringBuilder(name.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            var isPlain = char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' || (c == '.' && i > 0 && !name[i..].Equals(Lock, StringComparison.OrdinalIgnoreCase));
            if (isPlain)
            {
                escaped.Append(c);
            }
            else if (Rune.DecodeFromUtf16(name[i..], out var rune, out var consumed) == OperationStatus.Done)
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
}
