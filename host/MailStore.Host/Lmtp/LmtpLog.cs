using System.Net;
using MailStore.Host.Delivery;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>What the LMTP server logs; never the contents of a mail.</summary>
internal static partial class LmtpLog
{
    [LoggerMessage(1, LogLevel.Information, "LMTP listens on {EndPoint}")]
    public static partial void Listening(ILogger logger, EndPoint endPoint);

    [LoggerMessage(2, LogLevel.Information, "took over the Unix socket {Path}, which a server that is gone left behind")]
    public static partial void TookOverSocket(ILogger logger, string path);

    [LoggerMessage(3, LogLevel.Information, "LMTP has stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "{Count} sessions are still open {Seconds} s after the shutdown began: cancelling their deliveries")]
    public static partial void CancellingDeliveries(ILogger logger, int count, double seconds);

    [LoggerMessage(5, LogLevel.Information, "left out: {Reason}")]
    public static partial void SkippedAddress(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Debug, "{Connection}: connected from {Client}")]
    public static partial void Connected(ILogger logger, string connection, string client);

    [LoggerMessage(11, LogLevel.Debug, "{Connection}: closed")]
    public static partial void Closed(ILogger logger, string connection);

    [LoggerMessage(12, LogLevel.Information, "{Connection} from {Client}: gave up: {Reason}")]
    public static partial void GaveUp(ILogger logger, string connection, string client, string reason);

    [LoggerMessage(13, LogLevel.Warning, "a mail was refused for now: {Reason}")]
    public static partial void CannotSpool(ILogger logger, string reason);

    [LoggerMessage(14, LogLevel.Information, "{Connection} from {Client}: left after its mail without a word, may not know what became of it, and may send it again; for {Recipient} it came to: {Reply}")]
    public static partial void Unconfirmed(ILogger logger, string connection, string client, string recipient, Reply reply);

    [LoggerMessage(15, LogLevel.Debug, "{Connection}: {Verb} was refused: {Reply}")]
    public static partial void Refused(ILogger logger, string connection, LmtpVerb verb, string reply);
}
