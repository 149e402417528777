using Microsoft.Extensions.Logging;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>What mail files log.</summary>
internal static partial class MailLog
{
    [LoggerMessage(1, LogLevel.Information, "mail file {Path}: made")]
    public static partial void Created(this ILogger logger, string path);

    [LoggerMessage(2, LogLevel.Information, "mail file {Path}: {Commits} commits of a process that ended suddenly were found in the journal and written again")]
    public static partial void Replayed(this ILogger logger, string path, int commits);

    [LoggerMessage(3, LogLevel.Error, "mail file {Path}: a fault; the next call opens the file anew")]
    public static partial void Faulted(this ILogger logger, string path, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "mail file {Path}: {Mails} mails whose deliveries had been answered by a temporary failure were stored all the same, and are removed: the MTA sends them again")]
    public static partial void Withdrawn(this ILogger logger, string path, int mails);

    [LoggerMessage(5, LogLevel.Information, "mail file {Path}: removed; it held nobody's mail")]
    public static partial void Dropped(this ILogger logger, string path);

    [LoggerMessage(6, LogLevel.Warning, "{Fault}; mail for users there waits at the MTA until it is mended")]
    public static partial void NotThereAtStart(this ILogger logger, string fault);
}
