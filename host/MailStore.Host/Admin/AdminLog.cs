using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin;

/// <summary>The log of the admin socket.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(300, LogLevel.Error, "the request {Path} of the admin socket failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string path);
}
