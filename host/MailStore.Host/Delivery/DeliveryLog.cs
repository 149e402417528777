using Microsoft.Extensions.Logging;

namespace MailStore.Host.Delivery;

/// <summary>The log of deliveries. Never the contents of a mail.</summary>
internal static partial class DeliveryLog
{
    private const string Times = "look-up {LookUp:F1} ms, create {Create:F1} ms, write {Write:F1} ms, sync {Sync:F1} ms";

    public static void Stored(ILogger logger, Delivery delivery, string mda, string storedId, DeliveryTimes times) =>
        Stored(
            logger, delivery.Id, delivery.Recipient.User.Name, mda, delivery.Content.Length, storedId, ForWhom(delivery.Recipient),
            times.LookUp, times.Create, times.Write, times.Sync);

    public static void NotStored(ILogger logger, Delivery delivery, string mda, Reply reply, string detail, DeliveryTimes times) =>
        NotStored(
            logger, delivery.Id, delivery.Recipient.User.Name, mda, delivery.Content.Length, reply.Code, reply.Enhanced, detail, ForWhom(delivery.Recipient),
            times.LookUp, times.Create, times.Write, times.Sync);

    public static void StoredBefore(ILogger logger, Delivery delivery, string mda, string queueId, DeliveryTimes times) =>
        StoredBefore(
            logger, delivery.Id, delivery.Recipient.User.Name, mda, delivery.Content.Length, queueId, ForWhom(delivery.Recipient),
            times.LookUp, times.Create, times.Write, times.Sync);

    public static void StoredLate(ILogger logger, string deliveryId, string user, string mda, string? storedId, bool hasKey, bool isKnown, bool isRemembering) =>
        StoredLate(
            logger, deliveryId, user, mda, storedId,
            isKnown ? "answered 250 and not stored again, if it comes to this host, from the same client, within repeat_window"
            : hasKey ? "stored again: the user has been moved meanwhile"
            : isRemembering ? "stored again: there is no queue id to know it by"
            : "stored again: repeat_window is 0");

    [LoggerMessage(102, LogLevel.Information, "{User} created: mda {Mda}, allocation {Allocation}, creator {Creator}")]
    public static partial void Created(ILogger logger, string user, string mda, string allocation, string creator);

    [LoggerMessage(103, LogLevel.Warning, "{User} could not be looked up: {Reason}")]
    public static partial void LookupFailed(ILogger logger, string user, string reason);

    [LoggerMessage(104, LogLevel.Error, "{User} has a record that mda '{Mda}' rejects: {Reason}")]
    public static partial void RecordRejected(ILogger logger, string user, string mda, string reason);

    [LoggerMessage(105, LogLevel.Error, "{DeliveryId} {User}: the host itself is at fault; please report this")]
    public static partial void Bug(ILogger logger, Exception exception, string deliveryId, string user);

    [LoggerMessage(106, LogLevel.Information, "{Transaction} is {QueueId} in the queue of the MTA, {EnvelopeId} to its sender, and came there from {Client} (HELO {Helo})")]
    public static partial void ToldByClient(ILogger logger, string transaction, string? queueId, string? envelopeId, string? client, string? helo);

    [LoggerMessage(108, LogLevel.Warning, "{DeliveryId} {User} stored by {Mda} after all, as {StoredId}, though it was given up and the MTA told 451; when the MTA sends the mail again it is {Then}")]
    private static partial void StoredLate(ILogger logger, string deliveryId, string user, string mda, string? storedId, string then);

    [LoggerMessage(100, LogLevel.Information, "{DeliveryId} {User} stored by {Mda}, {Size} bytes, as {StoredId}, for {Recipient}; " + Times)]
    private static partial void Stored(
        ILogger logger, string deliveryId, string user, string mda, long size, string storedId, string recipient, double lookUp, double create, double write, double sync);

    [LoggerMessage(101, LogLevel.Warning, "{DeliveryId} {User} not stored, mda '{Mda}', {Size} bytes: {Code} {Enhanced}, {Detail}, for {Recipient}; " + Times)]
    private static partial void NotStored(
        ILogger logger, string deliveryId, string user, string mda, long size, int code, string enhanced, string detail, string recipient,
        double lookUp, double create, double write, double sync);

    [LoggerMessage(107, LogLevel.Information, "{DeliveryId} {User} not stored again by {Mda}, {Size} bytes: the MTA sent {QueueId} once more, which was stored before, for {Recipient}; " + Times)]
    private static partial void StoredBefore(
        ILogger logger, string deliveryId, string user, string mda, long size, string queueId, string recipient, double lookUp, double create, double write, double sync);

    /// <summary>The recipient as the MTA gave it, and as the sender did where the MTA told (ORCPT): what the postmaster who asks knows.</summary>
    private static string ForWhom(Recipient recipient) =>
        recipient.OriginalByDsn is { } original ? $"<{recipient.Original}>, at first {original}" : $"<{recipient.Original}>";
}
