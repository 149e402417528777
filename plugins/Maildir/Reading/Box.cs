namespace MailStore.Maildir.Reading;

/// <summary>The inbox, or a folder, of a mailbox.</summary>
/// <param name="Directory">Of the folder, with its dot; null for the inbox.</param>
/// <param name="Folder">Its name; null for the inbox.</param>
internal readonly record struct Box(string? Directory, string? Folder);
