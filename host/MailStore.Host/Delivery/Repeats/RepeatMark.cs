using MailStore.Sdk;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>What makes a mail the same as one before, for all its recipients.</summary>
/// <param name="Hash">See <see cref="RepeatKey.HashMail"/>.</param>
internal sealed record RepeatMark(QueueId QueueId, byte[] Hash)
{
    public static Task<RepeatMark?> None { get; } = Task.FromResult<RepeatMark?>(null);

    /// <returns>Null where no MTA says by which queue id it has this mail: two mails that look alike are two mails.</returns>
    public static RepeatMark? Of(MailEnvelope envelope, MailContent content)
    {
        var found = envelope.Forwarded?.QueueId is { Length: > 0 } told ? new QueueId("", told) : ReceivedHeader.FindQueueId(content);
        return found is { } queueId ? new RepeatMark(queueId, RepeatKey.HashMail(envelope.ClientName, queueId, content)) : null;
    }
}
