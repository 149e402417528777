using Microsoft.Extensions.Logging;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>The log of the memory of repeats.</summary>
internal static partial class RepeatLog
{
    [LoggerMessage(151, LogLevel.Warning, "{Path} does not serve: {Reason}; a mail whose reply is lost may be stored twice if the server is restarted meanwhile")]
    public static partial void CannotRemember(ILogger logger, string path, string reason);
}
