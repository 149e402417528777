using System.Globalization;

namespace MailStore.Host.Lmtp;

/// <summary>A size in a command: 1 to 20 digits, RFC 1870, 6 (size-value) and RFC 3030, 2 (chunk-size).</summary>
internal static class Number
{
    /// <param name="digits">The digits.</param>
    /// <param name="value">More than a long holds is as much as one holds.</param>
    public static bool TryParse(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        if (digits.Length is 0 or > 20 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            value = long.MaxValue;
        return true;
    }
}
