namespace MailStore.Host.Lmtp;

/// <summary>One command, parsed.</summary>
internal readonly record struct LmtpCommand(LmtpVerb Verb)
{
    /// <summary>LHLO: the client's name. MAIL and RCPT: the address without angle brackets.</summary>
    public string Argument { get; init; } = "";

    /// <summary>MAIL: the size that was announced (RFC 1870); 0 where none was.</summary>
    public long Size { get; init; }

    /// <summary>MAIL: whether SMTPUTF8 was asked for (RFC 6531).</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>The reply to a command whose syntax is wrong, else null.</summary>
    public byte[]? Refusal { get; init; }
}
