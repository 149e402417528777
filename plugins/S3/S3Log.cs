using Microsoft.Extensions.Logging;

namespace MailStore.S3;

/// <summary>What is logged beyond the results of deliveries, which the host logs. Never keys to the server.</summary>
internal static partial class S3Log
{
    [LoggerMessage(40, LogLevel.Debug, "cannot {What} {Where} at attempt {Attempt}: {Reason}; it is tried again")]
    public static partial void Retrying(ILogger logger, string what, string where, int attempt, string reason);

    [LoggerMessage(41, LogLevel.Information, "{Server} honours conditional writes (If-None-Match): markers are never overwritten, and a delivery that was given up can be made to never happen")]
    public static partial void Honours(ILogger logger, string server);

    [LoggerMessage(42, LogLevel.Warning, "{Server} does not honour conditional writes (If-None-Match): a mail whose request got no answer, and was told 451, may come all the same some time later, beside the one that the MTA sends again")]
    public static partial void HonoursNot(ILogger logger, string server);

    [LoggerMessage(43, LogLevel.Warning, "{Server} does not serve now: {Reason}; mail for its users waits at the MTA")]
    public static partial void Unreachable(ILogger logger, string server, string reason);

    [LoggerMessage(44, LogLevel.Warning, "requests to {Server} are not encrypted: others on the way can read the mails; use https")]
    public static partial void NotEncrypted(ILogger logger, string server);

    [LoggerMessage(45, LogLevel.Warning, "a delivery to {Key} was given up, and the server did not say whether it was carried out; it is withdrawn as soon as the server answers")]
    public static partial void Withdrawing(ILogger logger, string key);

    [LoggerMessage(46, LogLevel.Information, "the delivery to {Key} is withdrawn")]
    public static partial void Withdrawn(ILogger logger, string key);

    [LoggerMessage(47, LogLevel.Warning, "{Key} could not be withdrawn before the end of the server: if that mail was stored, it is there twice when the MTA has sent it again, until the next start, which goes on with {File}")]
    public static partial void NotWithdrawn(ILogger logger, string key, string file);

    [LoggerMessage(48, LogLevel.Information, "aborted {Count} uploads in {Bucket} that were never finished")]
    public static partial void Swept(ILogger logger, int count, string bucket);

    [LoggerMessage(49, LogLevel.Warning, "uploads in {Bucket} that were never finished could not be looked for: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string bucket, string reason);

    [LoggerMessage(50, LogLevel.Debug, "{Prefix} was allocated and never used; it is removed")]
    public static partial void Released(ILogger logger, string prefix);

    [LoggerMessage(51, LogLevel.Warning, "a mailbox with a quota could not be counted: {Reason}; what is known of it serves on, or else its mail waits at the MTA")]
    public static partial void NotCounted(ILogger logger, string reason);

    [LoggerMessage(52, LogLevel.Information, "{Count} deliveries that were given up before the last end are withdrawn now, as {File} says")]
    public static partial void WithdrawingLeft(ILogger logger, int count, string file);

    [LoggerMessage(53, LogLevel.Error, "{File} cannot be written: {Reason}; the next start will not know which deliveries are still to be withdrawn")]
    public static partial void WithdrawalsNotKept(ILogger logger, string file, string reason);

    [LoggerMessage(54, LogLevel.Error, "{File} cannot be read: {Reason}; mails whose deliveries were given up before the last end may be there twice; the log has their keys")]
    public static partial void WithdrawalsNotRead(ILogger logger, string file, string reason);

    [LoggerMessage(55, LogLevel.Warning, "the delivery to {Key} cannot be withdrawn yet: {Reason}; it is tried again, now and after each start, and until then that mail may be there twice")]
    public static partial void NotWithdrawnYet(ILogger logger, string key, string reason);

    [LoggerMessage(56, LogLevel.Warning, "the delivery to {Key} need not be withdrawn any more: the bucket {Bucket} is gone")]
    public static partial void NothingToWithdraw(ILogger logger, string key, string bucket);
}
