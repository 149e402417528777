namespace MailStore.Sdk;

/// <summary>What a mailbox keeps of a mail that is imported (<see cref="IMailboxImport"/>), besides its content, which every one keeps to the byte. Immutable.</summary>
public sealed record MailboxFidelity
{
    /// <summary>Everything.</summary>
    public static MailboxFidelity Full { get; } = new();

    /// <summary>Whether it has folders; without them all mails are in the inbox.</summary>
    public bool HasFolders { get; init; } = true;

    /// <summary>The flags that it keeps; others are lost.</summary>
    public MailFlags Flags { get; init; } = MailFlags.Draft | MailFlags.Flagged | MailFlags.Passed | MailFlags.Answered | MailFlags.Seen | MailFlags.Deleted;

    /// <summary>Whether it keeps when a mail arrived, to the second at least.</summary>
    public bool HasArrival { get; init; } = true;

    /// <summary>Whether it lists mails by their arrival; else in the order in which they were put in.</summary>
    public bool ListsByArrival { get; init; } = true;

    /// <summary>The largest mail that it takes, in bytes; null for no limit of its own.</summary>
    public long? MaxMailSize { get; init; }
}
