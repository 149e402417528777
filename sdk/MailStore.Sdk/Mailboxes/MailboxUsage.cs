namespace MailStore.Sdk;

/// <summary>How much a mailbox holds.</summary>
/// <param name="Bytes">The sum of the sizes of its mails as its quota counts them.</param>
/// <param name="Count">The number of its mails.</param>
/// <param name="LimitBytes">The limit in bytes; null for none.</param>
/// <param name="LimitCount">The limit in mails; null for none.</param>
public sealed record MailboxUsage(long Bytes, long Count, long? LimitBytes, long? LimitCount);
