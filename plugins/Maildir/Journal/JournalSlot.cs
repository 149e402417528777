namespace MailStore.Maildir.Journal;

/// <summary>Where in its Maildir a mail is to be.</summary>
/// <param name="Box">The directory of the folder, with its dot; empty for the inbox.</param>
/// <param name="IsCounted">Whether the quota file counts it.</param>
internal readonly record struct JournalSlot(string Box, bool IsCounted)
{
    /// <summary>The inbox of a mailbox without a quota.</summary>
    public static JournalSlot Inbox { get; } = new("", false);
}
