namespace MailStore.Mbox;

/// <summary>What a mailbox holds: the sizes of its mails as they are read back, and their number.</summary>
internal readonly record struct Usage(long Bytes, long Count)
{
    public Usage Plus(long size) => new(Bytes + size, Count + 1);
}
