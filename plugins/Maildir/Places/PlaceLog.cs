using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Places;

/// <summary>What is logged about places. User names are escaped: one line stays one line.</summary>
internal static partial class PlaceLog
{
    [LoggerMessage(1, LogLevel.Information, "made the Maildir {Home} for user {User}")]
    public static partial void Made(ILogger logger, string home, string user);

    [LoggerMessage(2, LogLevel.Information, "adopted the Maildir {Home} for user {User}, with the mail in it")]
    public static partial void Adopted(ILogger logger, string home, string user);

    [LoggerMessage(3, LogLevel.Information, "removed the Maildir {Home} again, which lost a race and was never used")]
    public static partial void Released(ILogger logger, string home);

    [LoggerMessage(4, LogLevel.Information, "removed the Maildir {Home} and all mail in it")]
    public static partial void Removed(ILogger logger, string home);

    [LoggerMessage(5, LogLevel.Warning, "did not remove {Home}: its owner file says that it is not this user's any more")]
    public static partial void NotRemoved(ILogger logger, string home);

    [LoggerMessage(6, LogLevel.Error, "no mail can be delivered: {Reason}")]
    public static partial void RootMissing(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Information, "swept {Path}, left behind more than 36 hours ago")]
    public static partial void Swept(ILogger logger, string path);

    [LoggerMessage(8, LogLevel.Warning, "the sweep of {Path} was given up: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string path, string reason);
}
