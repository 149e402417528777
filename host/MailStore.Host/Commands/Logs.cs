using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace MailStore.Host.Commands;

/// <summary>Sets the log up: to standard error only, since data goes to standard output.</summary>
internal static class Logs
{
    public static ILoggerFactory Create(LogFormat format, LogLevelSwitch level) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter(level.Passes);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        switch (format)
        {
            case LogFormat.Json:
                logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
                break;
            case LogFormat.Systemd:
                logging.AddSystemdConsole();
                break;
            default:
                logging.AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                    console.UseUtcTimestamp = true;
                });
                break;
        }
    });
}
