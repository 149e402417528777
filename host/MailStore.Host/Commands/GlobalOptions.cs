using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>Options of every command.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Config = new("--config")
    {
        Description = "The configuration file; else $MAILSTORE_CONFIG, ./mailstore.toml, /etc/mailstore/mailstore.toml, or the defaults",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<LogFormat> LogFormatOption = Recursive(
        Choice.Of("--log-format", "How the log is written to standard error", LogFormat.Console));

    public static readonly Option<LogLevel> LogLevelOption = Recursive(
        Choice.Of("--log-level", "The least that is logged", LogLevel.Information));

    public static IEnumerable<Option> All => [Config, LogFormatOption, LogLevelOption];

    /// <summary>For commands that print data: one form for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs" };

    private static Option<T> Recursive<T>(Option<T> option)
    {
        option.Recursive = true;
        return option;
    }
}

/// <summary>See <c>--log-format</c>.</summary>
internal enum LogFormat
{
    Console,
    Json,
    Systemd,
}
