using Microsoft.Extensions.Logging;

namespace MailStore.LiteDb.Users;

/// <summary>What the user database logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "user database {Path}: opened in {Milliseconds} ms")]
    public static partial void Opened(this ILogger logger, string path, long milliseconds);

    [LoggerMessage(2, LogLevel.Information, "user database {Path}: was not there; made a new one without users. If there should be users, look whether the right disk is mounted")]
    public static partial void Created(this ILogger logger, string path);

    [LoggerMessage(3, LogLevel.Information, "user database {Path}: {Commits} commits of a process that ended suddenly were found in the journal and written again")]
    public static partial void Replayed(this ILogger logger, string path, int commits);

    [LoggerMessage(4, LogLevel.Error, "user database {Path}: a fault; the next call opens the database anew")]
    public static partial void Faulted(this ILogger logger, string path, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "user database {Path}: opened anew after a fault")]
    public static partial void Reopened(this ILogger logger, string path);
}
