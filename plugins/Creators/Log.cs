using Microsoft.Extensions.Logging;

namespace MailStore.Creators;

/// <summary>What the creators log.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "user {User}: the write of allocation {Allocation} has an unknown outcome; reading again")]
    public static partial void WriteOfUnknownOutcome(this ILogger logger, string user, string allocation, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "user {User}: allocation {Allocation} came second and was released; allocation {Winner} counts")]
    public static partial void Released(this ILogger logger, string user, string allocation, string winner);

    [LoggerMessage(3, LogLevel.Warning, "user {User}: allocation {Allocation} came second and could not be released; what it made is left, without mail")]
    public static partial void NotReleased(this ILogger logger, string user, string allocation, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "user {User}: the lock expired while he was being allocated; the compare-and-set decided. If this comes often, raise the user database's lock lease")]
    public static partial void LockLost(this ILogger logger, string user);

    [LoggerMessage(5, LogLevel.Warning, "user {User}: the lock could not be let go; it expires by itself")]
    public static partial void NotUnlocked(this ILogger logger, string user, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "creator 'none' is for one server and one process: two that get the first mail of a user at once lose mail; choose creator = \"trial\" for anything else")]
    public static partial void NoneIsForOneProcess(this ILogger logger);
}
