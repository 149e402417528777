using MailStore.Sdk;

namespace MailStore.Mbox;

/// <summary>The most that a mailbox may hold; null for no limit.</summary>
internal readonly record struct QuotaLimit(long? Bytes, long? Count)
{
    public bool IsSet => Bytes is not null || Count is not null;

    public static QuotaLimit Of(MboxOptions options) => new(
        options.Quota is { Bytes: > 0 and var bytes } ? bytes : null,
        options.QuotaCount is > 0 and var count ? count : null);

    public bool Allows(Usage usage) => !(usage.Bytes > Bytes) && !(usage.Count > Count);

    /// <summary>For the administrator: what is held, and what may be.</summary>
    public string Describe(Usage usage, long size)
    {
        var ofBytes = Bytes is { } limit ? $" of {new ByteSize(limit)} ({limit} bytes)" : "";
        var ofCount = Count is { } mails ? $" of {mails}" : "";
        return $"the mailbox holds {usage.Bytes} bytes{ofBytes} in {usage.Count} mails{ofCount}; a mail of {size} bytes is too much";
    }
}
