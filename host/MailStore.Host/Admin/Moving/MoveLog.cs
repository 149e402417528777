using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin.Moving;

/// <summary>The log of moves.</summary>
internal static partial class MoveLog
{
    [LoggerMessage(310, LogLevel.Information, "{User} moves from mda {From} to mda {To}")]
    public static partial void Began(ILogger logger, string user, string from, string to);

    [LoggerMessage(311, LogLevel.Information, "{User} gets his mail by mda {To} from now on; {Mails} mails were copied")]
    public static partial void Switched(ILogger logger, string user, string to, long mails);

    [LoggerMessage(312, LogLevel.Information, "{User} has moved: {Mails} mails; {Late} of them came to the old place after the switch")]
    public static partial void Moved(ILogger logger, string user, long mails, long late);

    [LoggerMessage(313, LogLevel.Warning, "the move of {User} has stopped: {Reason}; 'mailstore user move {Name}' goes on with it")]
    public static partial void Stopped(ILogger logger, string user, string reason, string name);

    [LoggerMessage(314, LogLevel.Information, "the move of {User} was given up; all is as before")]
    public static partial void Undone(ILogger logger, string user);

    [LoggerMessage(315, LogLevel.Warning, "{Count} deliveries to {User} by mda {Mda}, which he has left, do not come back, though each was answered 451; his move goes on without them")]
    public static partial void NotWaitedFor(ILogger logger, int count, string user, string mda);
}
