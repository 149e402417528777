using MailStore.Sdk;

namespace MailStore.Postgres.Mailboxes;

/// <summary>The most that a mailbox may hold; null for no limit.</summary>
internal readonly record struct QuotaLimit(long? Bytes, long? Count)
{
    public static QuotaLimit Of(PostgresAgentOptions options) => new(
        options.Quota is { Bytes: > 0 and var bytes } ? bytes : null,
        options.QuotaCount is > 0 and var count ? count : null);

    /// <summary>For the administrator: what is held, and what may be.</summary>
    public string Describe(long heldBytes, long heldMails, long size)
    {
        var bytes = Bytes is { } limit ? $" of {new ByteSize(limit)} ({limit} bytes)" : "";
        var count = Count is { } mails ? $" of {mails}" : "";
        return $"the mailbox holds {heldBytes} bytes{bytes} in {heldMails} mails{count}; a mail of {size} bytes is too much";
    }
}
