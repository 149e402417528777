namespace MailStore.Maildir.Quota;

/// <summary>How much there is.</summary>
internal readonly record struct Usage(long Bytes, long Count)
{
    public static Usage operator +(Usage left, Usage right) => new(left.Bytes + right.Bytes, left.Count + right.Count);
}
