namespace MailStore.Sdk;

/// <summary>One mail of a mailbox, as <see cref="IReadableMailbox.ListAsync"/> tells it.</summary>
/// <param name="Id">Unique in the mailbox, the same for as long as the mail is there.</param>
/// <param name="Size">In bytes, lines ended by LF.</param>
/// <param name="Arrival">When it was delivered; to the second at least.</param>
/// <param name="Flags">What its reader has done with it.</param>
/// <param name="Folder">The folder, levels separated by <c>.</c>; null for the inbox.</param>
public sealed record StoredMail(string Id, long Size, DateTimeOffset Arrival, MailFlags Flags, string? Folder);
