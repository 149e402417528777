using Microsoft.Extensions.Logging;

namespace MailStore.Host.Delivery;

/// <summary>The log of deliveries. Never the contents of a mail.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(100, LogLevel.Information, "{DeliveryId} {User} stored by {Mda}, {Size} bytes, as {StoredId}, {Milliseconds:F1} ms")]
    public static partial void Stored(ILogger logger, string deliveryId, string user, string mda, long size, string storedId, double milliseconds);

    [LoggerMessage(101, LogLevel.Warning, "{DeliveryId} {User} not stored, mda '{Mda}', {Size} bytes: {Code} {Enhanced}, {Detail}, {Milliseconds:F1} ms")]
    public static partial void NotStored(
        ILogger logger, string deliveryId, string user, string mda, long size, int code, string enhanced, string detail, double milliseconds);

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
}
