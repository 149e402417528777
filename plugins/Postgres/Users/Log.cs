using Microsoft.Extensions.Logging;

namespace MailStore.Postgres.Users;

/// <summary>What the user database logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "user database {Place}: changes of other hosts are not heard of: {Message}. Users are read from the database for each mail meanwhile")]
    public static partial void ListensNoMore(this ILogger logger, string place, string message);

    [LoggerMessage(2, LogLevel.Information, "user database {Place}: changes of other hosts are heard of again")]
    public static partial void ListensAgain(this ILogger logger, string place);

    [LoggerMessage(3, LogLevel.Warning, "user database {Place}: a lock could not be let go and is free after its lease: {Message}")]
    public static partial void LockNotLeft(this ILogger logger, string place, string message);

    [LoggerMessage(4, LogLevel.Warning, "user database {Place}: the locks that this host holds could not be renewed now; they are lost after their lease: {Message}")]
    public static partial void NotRenewed(this ILogger logger, string place, string message);
}
