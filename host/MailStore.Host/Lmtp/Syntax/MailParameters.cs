using System.Text;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The parameters of MAIL: RFC 5321, 4.1.2 (Mail-parameters); SIZE of RFC 1870, section 6; BODY of RFC 6152 and RFC 3030; SMTPUTF8 of RFC 6531, 3.4; RET and
/// ENVID of RFC 3461, 4.3 and 4.4.
/// </summary>
internal record struct MailParameters
{
    /// <summary>RFC 3461, 4.4.</summary>
    private const int LongestEnvelopeId = 100;

    /// <summary>The size that was announced; 0 where none was.</summary>
    public long Size { get; private set; }

    public bool SmtpUtf8 { get; private set; }

    /// <summary>Whether the content may be any bytes: <c>BODY=BINARYMIME</c>.</summary>
    public bool IsBinary { get; private set; }

    /// <summary>Decoded; null where none was given.</summary>
    public string? EnvelopeId { get; private set; }

    /// <summary>Whether one of the parameters belongs to DSN, which may not be offered.</summary>
    public bool UsesDsn { get; private set; }

    /// <param name="text">What follows the path.</param>
    /// <returns>The reply to a mistake, or null.</returns>
    public static byte[]? Parse(ReadOnlySpan<byte> text, out MailParameters parameters)
    {
        parameters = default;
        var seen = Parameter.None;
        var reader = new ParameterReader(text);
        while (reader.TryRead())
        {
            var parameter = ParameterOf(reader.Keyword);
            if (parameter == Parameter.None)
                return Replies.UnknownParameter;
            if ((seen & parameter) != 0 || !parameters.TrySet(parameter, reader.Value, reader.HasValue))
                return Replies.ParameterSyntax;
            seen |= parameter;
        }

        return null;
    }

    private bool TrySet(Parameter parameter, ReadOnlySpan<byte> value, bool hasValue)
    {
        switch (parameter)
        {
            case Parameter.Size:
                return TrySetSize(value);
            case Parameter.Body:
                IsBinary = Ascii.EqualsIgnoreCase(value, "BINARYMIME"u8);
                return IsBinary || Ascii.EqualsIgnoreCase(value, "8BITMIME"u8) || Ascii.EqualsIgnoreCase(value, "7BIT"u8);
            case Parameter.Ret:
                UsesDsn = true;
                return Ascii.EqualsIgnoreCase(value, "FULL"u8) || Ascii.EqualsIgnoreCase(value, "HDRS"u8);
            case Parameter.EnvelopeId:
                UsesDsn = true;
                var isRight = Xtext.TryDecode(value, out var id) && value.Length is > 0 and <= LongestEnvelopeId;
                EnvelopeId = id;
                return isRight;
            default:
                return SmtpUtf8 = !hasValue;
        }
    }

    /// <summary>1 to 20 digits; more than a long holds is as much as one holds.</summary>
    private bool TrySetSize(ReadOnlySpan<byte> digits)
    {
        if (!Number.TryParse(digits, out var size))
            return false;
        Size = size;
        return true;
    }

    private static Parameter ParameterOf(ReadOnlySpan<byte> keyword) =>
        Ascii.EqualsIgnoreCase(keyword, "SIZE"u8) ? Parameter.Size
        : Ascii.EqualsIgnoreCase(keyword, "BODY"u8) ? Parameter.Body
        : Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8) ? Parameter.SmtpUtf8
        : Ascii.EqualsIgnoreCase(keyword, "RET"u8) ? Parameter.Ret
        : Ascii.EqualsIgnoreCase(keyword, "ENVID"u8) ? Parameter.EnvelopeId
        : Parameter.None;

    [Flags]
    private enum Parameter
    {
        None = 0,
        Size = 1,
        Body = 2,
        SmtpUtf8 = 4,
        Ret = 8,
        EnvelopeId = 16,
    }
}
