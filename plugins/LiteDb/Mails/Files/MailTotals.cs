namespace MailStore.LiteDb.Mails.Files;

/// <summary>What the mails of a mailbox come to.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Bytes">Their sizes.</param>
/// <param name="LastSequence">The greatest number among them; 0 if there are none.</param>
internal sealed record MailTotals(long Count, long Bytes, long LastSequence);
