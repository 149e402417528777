using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
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
        string name;
        switch (format)
        {
            case LogFormat.Json:
                logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
                name = ConsoleFormatterNames.Json;
                break;
            case LogFormat.Systemd:
                logging.AddSystemdConsole();
                name = ConsoleFormatterNames.Systemd;
                break;
            default:
                logging.AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                    console.UseUtcTimestamp = true;
                });
                name = ConsoleFormatterNames.Simple;
                break;
        }

        // its formatters serve, but not what writes: that takes two changes of thread and a system call for each line
        logging.Services.RemoveAll<ILoggerProvider>();
        logging.Services.AddSingleton<ILoggerProvider>(services => new LogProvider(
            services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == name), new LogWriter(Console.OpenStandardError())));
    });
}
