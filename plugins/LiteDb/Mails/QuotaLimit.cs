using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>The most that a mailbox may hold; null for no limit.</summary>
internal readonly record struct QuotaLimit(long? Bytes, long? Count)
{
    public static QuotaLimit Of(LiteDbAgentOptions options) => new(
        options.Quota is { Bytes: > 0 and var bytes } ? bytes : null,
        options.QuotaCount is > 0 and var count ? count : null);

    public bool Allows(long bytes, long count) => !(bytes > Bytes) && !(count > Count);

    /// <summary>For the administrator: what is held, and what may be.</summary>
    public string Describe(long bytes, long count, long size)
    {
        var ofBytes = Bytes is { } limit ? $" of {new ByteSize(limit)} ({limit} bytes)" : "";
        var ofCount = Count is { } mails ? $" of {mails}" : "";
        return $"the mailbox holds {bytes} bytes{ofBytes} in {count} mails{ofCount}; a mail of {size} bytes is too much";
    }
}
