namespace MailStore.Sdk;

/// <summary>Flags of a stored mail (RFC 9051, 2.3.2; Maildir's letters in parentheses). A mail that nobody touched has none.</summary>
[Flags]
public enum MailFlags
{
    /// <summary>Nobody touched it.</summary>
    None = 0,

    /// <summary>A draft (D).</summary>
    Draft = 1,

    /// <summary>Flagged (F).</summary>
    Flagged = 2,

    /// <summary>Passed on (P).</summary>
    Passed = 4,

    /// <summary>Answered (R).</summary>
    Answered = 8,

    /// <summary>Seen (S).</summary>
    Seen = 16,

    /// <summary>Marked for removal (T).</summary>
    Deleted = 32,
}
