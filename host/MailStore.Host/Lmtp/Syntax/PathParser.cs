using System.Text;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The path of MAIL FROM and RCPT TO: RFC 5321, 4.1.2 (Reverse-path, Forward-path) with the UTF-8 of RFC 6531, 3.3. Never throws.
/// </summary>
/// <remarks>
/// The MTA has taken the mail already, so what can be understood is taken: odd dots, spaces, missing angle brackets, UTF-8 without SMTPUTF8. Not
/// taken are control characters: addresses go into headers and logs. A source route is dropped (RFC 5321, 3.3 and appendix C).
/// </remarks>
internal static class PathParser
{
    private const int NotFound = -1;
    private const int Malformed = -2;

    /// <param name="text">What follows the colon: a path, then nothing or a space and parameters.</param>
    /// <param name="address">The mailbox without angle brackets and as it was written, quotes included; empty for <c>&lt;&gt;</c>.</param>
    /// <param name="length">The length of the path.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out string address, out int length)
    {
        address = "";
        length = 0;
        var isBracketed = text.StartsWith("<"u8);
        var inner = isBracketed ? text[1..] : text;
        var end = FindEnd(inner, isBracketed ? (byte)'>' : (byte)' ');
        if (end == Malformed || (end == NotFound && isBracketed))
            return false;
        inner = end == NotFound ? inner : inner[..end];
        length = isBracketed ? inner.Length + 2 : inner.Length;
        if (length < text.Length && text[length] != (byte)' ')
            return false;
        if (isBracketed && inner.IsEmpty)
            return true;
        if (inner.ContainsAnyInRange((byte)0, (byte)31) || inner.Contains((byte)127) || !TryDropRoute(ref inner))
            return false;
        address = Encoding.UTF8.GetString(inner);
        return true;
    }

    /// <summary>Finds a byte outside of a quoted string (RFC 5321, 4.1.2 Quoted-string).</summary>
    private static int FindEnd(ReadOnlySpan<byte> text, byte end)
    {
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var current = text[i];
            if (current == (byte)'"')
                isQuoted = !isQuoted;
            else if (isQuoted && current == (byte)'\\')
                i++;
            else if (!isQuoted && current == end)
                return i;
            else if (!isQuoted && (current is (byte)'<' or (byte)'>'))
                return Malformed;
        }

        return isQuoted ? Malformed : NotFound;
    }

    /// <summary>RFC 5321, 4.1.2 A-d-l: <c>@a,@b:</c> before the mailbox. A colon within an address literal does not end it.</summary>
    private static bool TryDropRoute(ref ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != (byte)'@')
            return !path.IsEmpty;
        var isLiteral = false;
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i] == (byte)'"')
                return false;
            if (path[i] is (byte)'[' or (byte)']')
                isLiteral = path[i] == (byte)'[';
            if (path[i] != (byte)':' || isLiteral)
                continue;
            path = path[(i + 1)..];
            return !path.IsEmpty && path[0] != (byte)'@';
        }

        return false;
    }
}
