namespace MailStore.S3.Quota;

/// <summary>How much there is.</summary>
internal readonly record struct Usage(long Bytes, long Count)
{
    public Usage With(long size) => new(Bytes + size, Count + 1);

    public Usage Without(long size) => new(Bytes - size, Count - 1);
}
