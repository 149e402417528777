namespace MailStore.Host.Lmtp;

/// <summary>The commands of RFC 2033 and RFC 5321, 4.1.1, and those of extensions, known by their first word.</summary>
internal enum LmtpVerb : byte
{
    Unknown,
    Lhlo,

    /// <summary>HELO and EHLO: a client that takes this for SMTP must notice (RFC 2033, 4.1).</summary>
    Helo,
    Mail,
    Rcpt,
    Data,

    /// <summary>RFC 3030, 2.</summary>
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,

    /// <summary>RFC 3207, 4.</summary>
    StartTls,

    /// <summary>Postfix: what the MTA knows of the client that it got the mail from, for this mail.</summary>
    Xforward,

    /// <summary>Postfix: speak for another client, for the rest of the session.</summary>
    Xclient,
}
