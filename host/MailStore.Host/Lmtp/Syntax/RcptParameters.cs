using System.Text;

namespace MailStore.Host.Lmtp;

/// <summary>The parameters of RCPT, all of them of DSN: NOTIFY and ORCPT of RFC 3461, 4.1 and 4.2, with the addresses of RFC 6533, 3.</summary>
internal record struct RcptParameters
{
    /// <summary>RFC 3461, 4.2.</summary>
    private const int LongestRecipient = 500;

    /// <summary>ORCPT: the type, a semicolon and the address, decoded: <c>rfc822;alice@example.org</c>. Null where none was given.</summary>
    public string? OriginalRecipient { get; private set; }

    public bool UsesDsn { get; private set; }

    /// <param name="text">What follows the path.</param>
    /// <returns>The reply to a mistake, or null.</returns>
    public static byte[]? Parse(ReadOnlySpan<byte> text, out RcptParameters parameters)
    {
        parameters = default;
        var hasNotify = false;
        var reader = new ParameterReader(text);
        while (reader.TryRead())
        {
            if (Ascii.EqualsIgnoreCase(reader.Keyword, "NOTIFY"u8))
            {
                if (hasNotify || !IsNotify(reader.Value))
                    return Replies.ParameterSyntax;
                hasNotify = true;
            }
            else if (Ascii.EqualsIgnoreCase(reader.Keyword, "ORCPT"u8))
            {
                if (parameters.OriginalRecipient is not null || !TryParseRecipient(reader.Value, out var recipient))
                    return Replies.ParameterSyntax;
                parameters.OriginalRecipient = recipient;
            }
            else
            {
                return Replies.UnknownParameter;
            }

            parameters.UsesDsn = true;
        }

        return null;
    }

    /// <summary>NEVER alone, or a list of the others.</summary>
    private static bool IsNotify(ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(value, "NEVER"u8))
            return true;
        foreach (var range in value.Split((byte)','))
        {
            var word = value[range];
            if (!Ascii.EqualsIgnoreCase(word, "SUCCESS"u8) && !Ascii.EqualsIgnoreCase(word, "FAILURE"u8) && !Ascii.EqualsIgnoreCase(word, "DELAY"u8))
                return false;
        }

        return true;
    }

    private static bool TryParseRecipient(ReadOnlySpan<byte> value, out string? recipient)
    {
        recipient = null;
        var semicolon = value.IndexOf((byte)';');
        if (semicolon < 1 || semicolon + 1 == value.Length || value.Length > LongestRecipient)
            return false;
        foreach (var letter in value[..semicolon])
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter != (byte)'-')
                return false;
        }

        if (!Xtext.TryDecode(value[(semicolon + 1)..], out var address))
            return false;
        recipient = $"{Encoding.ASCII.GetString(value[..semicolon])};{address}";
        return true;
    }
}
