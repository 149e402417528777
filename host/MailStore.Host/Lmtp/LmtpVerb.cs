namespace MailStore.Host.Lmtp;

/// <summary>The commands of RFC 2033 and RFC 5321, 4.1.1, known by their first word.</summary>
internal enum LmtpVerb : byte
{
    Unknown,
    Lhlo,

    /// <summary>HELO and EHLO: a client that takes this for SMTP must notice (RFC 2033, 4.1).</summary>
    Helo,
    Mail,
    Rcpt,
    Data,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
}
