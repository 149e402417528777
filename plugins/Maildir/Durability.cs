namespace MailStore.Maildir;

/// <summary>How a mail is made durable before it is acknowledged.</summary>
public enum Durability
{
    /// <summary>Its file and its directory are synced.</summary>
    Direct,

    /// <summary>It is written into a journal of the module's, one sync for many mails; files and directories are synced later.</summary>
    Journal,
}
