using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Text in a parameter, with <c>+3D</c> for <c>=</c>: RFC 3461, 4, and the UTF-8 of RFC 6533, 3. Never throws. What it returns has no control characters, so that it may
/// stand in headers and logs.
/// </summary>
internal static class Xtext
{
    /// <param name="text">As it stands in the command.</param>
    /// <param name="value">What it means.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, out string value)
    {
        value = "";
        // nearly always there is nothing to decode
        if (!text.Contains((byte)'+'))
            return TryRead(text, out value);
        Span<byte> decoded = text.Length <= 512 ? stackalloc byte[text.Length] : new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != (byte)'+')
            {
                if (text[i] is <= 32 or (byte)'=')
                    return false;
                decoded[length++] = text[i];
                continue;
            }

            if (i + 2 >= text.Length || !byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out decoded[length]))
                return false;
            length++;
            i += 2;
        }

        return IsPrintable(decoded[..length], space: 32) && TryToString(decoded[..length], out value);
    }

    private static bool TryRead(ReadOnlySpan<byte> text, out string value)
    {
        value = "";
        return !text.Contains((byte)'=') && IsPrintable(text, space: 33) && TryToString(text, out value);
    }

    private static bool IsPrintable(ReadOnlySpan<byte> text, byte space) => !text.ContainsAnyInRange((byte)0, (byte)(space - 1)) && !text.Contains((byte)127);

    private static bool TryToString(ReadOnlySpan<byte> text, out string value)
    {
        value = Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : "";
        // C1 control characters hide in UTF-8
        return (value.Length > 0 || text.IsEmpty) && !value.AsSpan().ContainsAnyInRange('\x80', '\x9F');
    }
}
