using MailStore.LiteDb.Mails.Places;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>A mail that may have been stored although its delivery was answered by a failure.</summary>
/// <param name="Place">Its mailbox.</param>
/// <param name="Key">Of the mail.</param>
internal sealed record DoubtfulMail(MailboxPlace Place, MailKey Key);
