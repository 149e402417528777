namespace MailStore.Maildir;

/// <summary>How a mail is made durable before it is acknowledged.</summary>
public enum Durability
{
    /// <summary><see cref="Journal"/> where one can be kept, else <see cref="Direct"/>; the log of the start says which, and why.</summary>
    Auto,

    /// <summary>Its file and its directory are synced.</summary>
    Direct,

    /// <summary>It is written into a journal of the module's, one sync for many mails; files and directories are synced later.</summary>
    Journal,
}
