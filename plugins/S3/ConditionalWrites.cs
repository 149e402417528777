namespace MailStore.S3;

/// <summary>Whether the server honours <c>If-None-Match: *</c>.</summary>
public enum ConditionalWrites
{
    /// <summary>It is found out at the start, and said in the log.</summary>
    Probe,

    /// <summary>It does.</summary>
    Yes,

    /// <summary>It does not: such requests are never sent.</summary>
    No,
}
