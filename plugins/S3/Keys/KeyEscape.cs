using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailStore.S3.Keys;

/// <summary>
/// Makes one segment of a key of a name from outside. ASCII letters, digits and <c>. _ -</c> stay; every other byte of its UTF-8 form becomes
/// <c>=XX</c>: nothing that a client of S3, a URL or a shell reads another way. A leading dot is escaped: no name is <c>..</c>, or this module's own.
/// </summary>
/// <remarks>
/// Injective: the escape character is escaped itself, and what is not plain bytes has marks that no byte has: <c>=_</c> the empty name, <c>=-</c> no
/// name, <c>=uXXXX</c> half a surrogate pair, <c>=h</c> the hash of a segment that was too long.
/// </remarks>
internal static class KeyEscape
{
    /// <summary>Of a name without a domain.</summary>
    public const string None = "=-";

    private const string Empty = "=_";
    private const int MaxLength = 150;
    private const int KeptOfLong = 110;

    /// <summary>Escapes a part of a name, and shortens it where a key might grow beyond the 1024 bytes that it may have.</summary>
    public static string Segment(ReadOnlySpan<char> name)
    {
        var escaped = Escape(name);
        return escaped.Length <= MaxLength ? escaped : $"{escaped.AsSpan(0, KeptOfLong)}=h{Hash(escaped, 32)}";
    }

    /// <summary>Escapes a whole user name; the <c>@</c> before the domain stays.</summary>
    public static string User(string user) =>
        user.LastIndexOf('@') is >= 0 and var at ? $"{Segment(user.AsSpan(0, at))}@{Segment(user.AsSpan(at + 1))}" : Segment(user);

    /// <summary>Escapes in full length.</summary>
    public static string Escape(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return Empty;
        var escaped = new StringBuilder(name.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && i > 0))
            {
                escaped.Append(c);
            }
            else if (Rune.DecodeFromUtf16(name[i..], out var rune, out var consumed) == OperationStatus.Done)
            {
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                    escaped.Append(CultureInfo.InvariantCulture, $"={b:X2}");
                i += consumed - 1;
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"=u{(int)c:X4}");
            }
        }

        return escaped.ToString();
    }

    /// <summary>Undoes <see cref="Escape"/>; null for what it never gives, and for names with half a surrogate pair.</summary>
    public static string? Unescape(string escaped)
    {
        var bytes = new byte[escaped.Length];
        var count = 0;
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '=')
                bytes[count++] = (byte)escaped[i];
            else if (i + 2 < escaped.Length && byte.TryParse(escaped.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[count]))
                (count, i) = (count + 1, i + 2);
            else
                return null;
        }

        var name = Encoding.UTF8.GetString(bytes, 0, count);
        return Escape(name) == escaped ? name : null;
    }

    /// <summary>Undoes <see cref="User"/>; null as <see cref="Unescape"/>, and for names that were shortened.</summary>
    public static string? UnescapeUser(string escaped)
    {
        if (escaped.LastIndexOf('@') is not (>= 0 and var at))
            return escaped == Empty ? "" : Unescape(escaped);
        var (local, domain) = (escaped[..at], escaped[(at + 1)..]);
        return (local == Empty ? "" : Unescape(local)) is { } left && (domain == Empty ? "" : Unescape(domain)) is { } right ? $"{left}@{right}" : null;
    }

    /// <summary>Hexadecimal digits of a hash, in lower case.</summary>
    public static string Hash(string text, int digits) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))).AsSpan(0, digits).ToString();
}
