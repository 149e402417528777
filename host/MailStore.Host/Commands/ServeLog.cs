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
}
