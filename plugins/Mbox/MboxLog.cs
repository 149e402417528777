using Microsoft.Extensions.Logging;

namespace MailStore.Mbox;

/// <summary>What is logged beyond the results of calls. User names are escaped: one line stays one line.</summary>
internal static partial class MboxLog
{
    [LoggerMessage(1, LogLevel.Information, "made the mbox file {File} for user {User}")]
    public static partial void Made(ILogger logger, string file, string user);

    [LoggerMessage(2, LogLevel.Information, "adopted the mbox file {File} for user {User}, with the mail in it")]
    public static partial void Adopted(ILogger logger, string file, string user);

    [LoggerMessage(3, LogLevel.Information, "removed the mbox file {File} again, which lost a race and was never used")]
    public static partial void Released(ILogger logger, string file);

    [LoggerMessage(4, LogLevel.Information, "removed the mbox file {File} and all mail in it")]
    public static partial void Removed(ILogger logger, string file);

    [LoggerMessage(5, LogLevel.Warning, "did not remove {File}: its owner file says that it is not this user's any more")]
    public static partial void NotRemoved(ILogger logger, string file);

    [LoggerMessage(6, LogLevel.Error, "no mail can be delivered: {Reason}")]
    public static partial void RootMissing(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Warning, "removed the lock {Path}, which was left behind by a program that died")]
    public static partial void StaleLock(ILogger logger, string path);

    [LoggerMessage(8, LogLevel.Warning, "cut {Count} bytes off {File}, which a crash left behind its last whole mail")]
    public static partial void Cut(ILogger logger, string file, long count);

    [LoggerMessage(9, LogLevel.Warning, "cut {Count} bytes off {File}, which a crash left behind its last whole mail; since another program may have written them, they are kept in {Kept}: look, and remove it")]
    public static partial void CutAndKept(ILogger logger, string file, long count, string kept);

    [LoggerMessage(10, LogLevel.Error, "{File} could not be cut back after a failed delivery: {Reason}; it is done before the next one")]
    public static partial void NotCutBack(ILogger logger, string file, string reason);

    [LoggerMessage(11, LogLevel.Warning, "the mails just stored in {File} could not be confirmed, which is done with the next ones: {Reason}")]
    public static partial void NotConfirmed(ILogger logger, string file, string reason);

    [LoggerMessage(12, LogLevel.Warning, "finished a change of a mail in {File}, which was interrupted")]
    public static partial void ChangeFinished(ILogger logger, string file);

    [LoggerMessage(13, LogLevel.Error, "a change of a mail in {File} was interrupted, and another program has changed the file since; look at the file, and at {Kept}, which has the mails from there on as they were to be")]
    public static partial void ChangeGivenUp(ILogger logger, string file, string kept);
}
