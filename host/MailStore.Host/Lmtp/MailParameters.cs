using System.Globalization;
using System.Text;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The parameters of MAIL: RFC 5321, 4.1.2 (Mail-parameters); SIZE of RFC 1870, section 6; BODY of RFC 6152; SMTPUTF8 of RFC 6531, 3.4.
/// </summary>
internal static class MailParameters
{
    /// <param name="text">What follows the path.</param>
    /// <returns>The reply to a mistake, or null.</returns>
    public static byte[]? Parse(ReadOnlySpan<byte> text, out long size, out bool smtpUtf8)
    {
        size = 0;
        smtpUtf8 = false;
        var seen = Parameter.None;
        foreach (var range in text.Split((byte)' '))
        {
            var word = text[range];
            if (word.IsEmpty)
                continue;
            var equals = word.IndexOf((byte)'=');
            var value = equals < 0 ? default : word[(equals + 1)..];
            var parameter = ParameterOf(equals < 0 ? word : word[..equals]);
            if (parameter == Parameter.None || (parameter == Parameter.Body && Ascii.EqualsIgnoreCase(value, "BINARYMIME"u8)))
                return Replies.UnknownParameter;
            if ((seen & parameter) != 0)
                return Replies.ParameterSyntax;
            seen |= parameter;
            var isValid = parameter switch
            {
                Parameter.Size => TryParseSize(value, out size),
                Parameter.Body => Ascii.EqualsIgnoreCase(value, "8BITMIME"u8) || Ascii.EqualsIgnoreCase(value, "7BIT"u8),
                _ => smtpUtf8 = equals < 0,
            };
            if (!isValid)
                return Replies.ParameterSyntax;
        }

        return null;
    }

    private static Parameter ParameterOf(ReadOnlySpan<byte> keyword) =>
        Ascii.EqualsIgnoreCase(keyword, "SIZE"u8) ? Parameter.Size
        : Ascii.EqualsIgnoreCase(keyword, "BODY"u8) ? Parameter.Body
        : Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8) ? Parameter.SmtpUtf8
        : Parameter.None;

    /// <summary>1 to 20 digits; more than a long holds is as much as one holds.</summary>
    private static bool TryParseSize(ReadOnlySpan<byte> digits, out long size)
    {
        size = long.MaxValue;
        if (digits.Length is 0 or > 20 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out size))
            size = long.MaxValue;
        return true;
    }

    [Flags]
    private enum Parameter
    {
        None = 0,
        Size = 1,
        Body = 2,
        SmtpUtf8 = 4,
    }
}
