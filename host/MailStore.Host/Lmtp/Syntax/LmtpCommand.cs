namespace MailStore.Host.Lmtp;

/// <summary>One command, parsed.</summary>
internal readonly record struct LmtpCommand(LmtpVerb Verb)
{
    /// <summary>LHLO: the client's name. MAIL and RCPT: the address without angle brackets.</summary>
    public string Argument { get; init; } = "";

    /// <summary>MAIL.</summary>
    public MailParameters Mail { get; init; }

    /// <summary>RCPT.</summary>
    public RcptParameters Rcpt { get; init; }

    /// <summary>BDAT: the number of bytes that follow.</summary>
    public long ChunkSize { get; init; }

    /// <summary>BDAT: whether it is the mail's last chunk.</summary>
    public bool IsLastChunk { get; init; }

    /// <summary>XFORWARD and XCLIENT: what was said.</summary>
    public ClientAttributes? Attributes { get; init; }

    /// <summary>The reply to a command whose syntax is wrong, else null.</summary>
    public byte[]? Refusal { get; init; }
}
