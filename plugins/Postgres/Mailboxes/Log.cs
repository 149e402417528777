using Microsoft.Extensions.Logging;

namespace MailStore.Postgres.Mailboxes;

/// <summary>What the storage logs, besides what the results of calls tell.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Message}; mail waits at the MTA until it is back")]
    public static partial void NotThereAtStart(this ILogger logger, string message);

    [LoggerMessage(2, LogLevel.Warning, "PostgreSQL at {Place}: the connection was lost while delivery {Delivery} to {User} was committed, and whether it was stored cannot be found out now: {Message}. It was answered as failed, and is looked for until the server is back")]
    public static partial void OutcomeUnknown(this ILogger logger, string place, string delivery, string user, string message);

    [LoggerMessage(3, LogLevel.Information, "PostgreSQL at {Place}: delivery {Delivery} to {User}, which had been answered as failed, was stored as {Id}; it was removed again, since the MTA sends it again")]
    public static partial void TakenBack(this ILogger logger, string place, string delivery, string user, string id);

    [LoggerMessage(4, LogLevel.Warning, "PostgreSQL at {Place}: what became of delivery {Delivery} to {User}, which was answered as failed, was not found out before the stop; the mail may be there twice")]
    public static partial void OutcomeNeverKnown(this ILogger logger, string place, string delivery, string user);

    [LoggerMessage(5, LogLevel.Error, "PostgreSQL at {Place}: what became of delivery {Delivery} to {User}, which was answered as failed, cannot be found out: {Message}. It is tried again until that is mended; the mail may be there twice meanwhile")]
    public static partial void OutcomeStillUnknown(this ILogger logger, string place, string delivery, string user, string message);
}
