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

    [LoggerMessage(16, LogLevel.Warning, "{Connection} from {Client}: deliveries were not over {Seconds} s after the data and are cancelled, before the client gives up")]
    public static partial void DeliveryTooSlow(ILogger logger, string connection, string client, double seconds);

    [LoggerMessage(17, LogLevel.Warning, "{Connection} from {Client}: refused: {Reply} ({Untold} more like it before)")]
    public static partial void ConnectionRefused(ILogger logger, string connection, string client, string reply, long untold);

    [LoggerMessage(18, LogLevel.Information, "{Connection} from {Client}: was cut off: {Reply}")]
    public static partial void CutOff(ILogger logger, string connection, string client, string reply);

    [LoggerMessage(19, LogLevel.Debug, "{Connection}: TLS is on: {Protocol}, {CipherSuite}")]
    public static partial void Secured(ILogger logger, string connection, string protocol, string cipherSuite);

    [LoggerMessage(20, LogLevel.Information, "{Connection} from {Client}: no TLS came about: {Reason}")]
    public static partial void HandshakeFailed(ILogger logger, string connection, string client, string reason);

    [LoggerMessage(21, LogLevel.Information, "certificate {Path} was read anew: {Subject}, valid until {NotAfter:u}")]
    public static partial void CertificateLoaded(ILogger logger, string path, string subject, DateTime notAfter);

    [LoggerMessage(22, LogLevel.Error, "the certificate has changed and cannot be used; the one before it goes on serving: {Reason}")]
    public static partial void CertificateKept(ILogger logger, string reason);

    [LoggerMessage(23, LogLevel.Information, "{Connection} speaks for {Client} (XCLIENT)")]
    public static partial void SpeaksFor(ILogger logger, string connection, string client);
}
