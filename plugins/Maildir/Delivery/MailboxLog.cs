using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Delivery;

/// <summary>What is logged about mailboxes beyond the results of deliveries, which the host logs.</summary>
internal static partial class MailboxLog
{
    [LoggerMessage(20, LogLevel.Warning, "a stored mail could not be counted, the usage will be counted anew: {Reason}")]
    public static partial void CountFailed(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Information, "swept {Count} files of {Path} that were never finished, older than 36 hours")]
    public static partial void Swept(ILogger logger, int count, string path);

    [LoggerMessage(22, LogLevel.Warning, "the sweep of {Path} was given up: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string path, string reason);
}
