using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>The log of the server's own coming and going.</summary>
internal static partial class ServeLog
{
    [LoggerMessage(1, LogLevel.Information, "MailStore {Version} listens on {Addresses}; data in {DataDirectory}; configuration: {File}")]
    public static partial void Started(ILogger logger, string version, string addresses, string dataDirectory, string file);

    [LoggerMessage(2, LogLevel.Information, "stopping: no new transactions; those under way finish")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "this server ends for the exception that escaped: mails under way finish, then its exit code is {ExitCode}, on which its supervisor should start it again")]
    public static partial void EndsForFault(ILogger logger, int exitCode);

    [LoggerMessage(4, LogLevel.Information, "reloaded: certificates and log level ({Level}) are read anew; {Rest}")]
    public static partial void Reloaded(ILogger logger, LogLevel level, string rest);

    [LoggerMessage(5, LogLevel.Error, "not reloaded, all stays as it was but for certificates, since the configuration has mistakes: {Mistakes}")]
    public static partial void NotReloaded(ILogger logger, string mistakes);

    [LoggerMessage(6, LogLevel.Error, "not reloaded: the host itself is at fault; all stays as it was, and the server goes on; please report this")]
    public static partial void ReloadFailed(ILogger logger, Exception exception);
}
