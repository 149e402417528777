namespace MailStore.Sdk;

/// <summary>How the lines of a mail end when it is read.</summary>
public enum LineEnding
{
    /// <summary>LF, as files on Unix: Maildir, mbox. The form in which the host keeps mails.</summary>
    Lf,

    /// <summary>CR LF, as on the wire (RFC 5321, 2.3.8): every LF of the other form with a CR before it, but for those of a binary mail.</summary>
    CrLf,
}
