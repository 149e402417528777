using System.CommandLine;
using MailStore.Host.Configuration;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary>What a command works with: configuration, log, terminal.</summary>
internal sealed class CommandContext(System.CommandLine.ParseResult arguments)
{
    private const int PipedWidth = 10_000;

    /// <summary>Data. Coloured and drawn only on a terminal.</summary>
    public IAnsiConsole Output => field ??= CreateOutput();

    /// <summary>Everything that is not data: progress, notes.</summary>
    public IAnsiConsole Notes => field ??= AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    public T? Get<T>(Argument<T> argument) => arguments.GetValue(argument);

    /// <summary>The configuration as found; it may hold mistakes.</summary>
    public HostConfiguration ReadConfiguration() => ConfigurationLoader.Load(
        arguments.GetValue(GlobalOptions.Config), Directory.GetCurrentDirectory(), Environment.GetEnvironmentVariable);

    private static IAnsiConsole CreateOutput()
    {
        var output = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        // a program that reads it must not find words and paths broken where a terminal of 80 columns would end
        if (Console.IsOutputRedirected)
            output.Profile.Width = PipedWidth;
        return output;
    }

    /// <param name="usual">The least that is logged, unless a level was asked for.</param>
    public ILoggerFactory CreateLog(LogLevel usual = LogLevel.Information) => CreateLog(new LogLevelSwitch(LogLevelOr(usual)));

    public ILoggerFactory CreateLog(LogLevelSwitch level) => Logs.Create(arguments.GetValue(GlobalOptions.LogFormatOption), level);

    /// <summary>What the command line asks for; else what the configuration says.</summary>
    public LogLevel LogLevelOf(HostConfiguration configuration) => LogLevelOr(configuration.Options.Log.Level);

    private LogLevel LogLevelOr(LogLevel usual) =>
        arguments.GetResult(GlobalOptions.LogLevelOption) is { Implicit: false } ? arguments.GetValue(GlobalOptions.LogLevelOption) : usual;

    /// <summary>
    /// Connects to the running server, or opens the database in this process when none runs. What the server warns of at its start is not repeated by each command.
    /// </summary>
    public Task<AdminConnection> ConnectAsync(CancellationToken cancellationToken) =>
        AdminConnection.OpenAsync(ReadConfiguration(), CreateLog(LogLevel.Error), cancellationToken);
}
