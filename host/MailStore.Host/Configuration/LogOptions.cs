using System.ComponentModel;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Configuration;

/// <summary>The table <c>[log]</c>.</summary>
internal sealed class LogOptions
{
    [Description("the least that is logged: trace, debug, information, warning, error, critical or none; read anew by SIGHUP; --log-level outweighs it")]
    public LogLevel Level { get; set; } = LogLevel.Information;
}
