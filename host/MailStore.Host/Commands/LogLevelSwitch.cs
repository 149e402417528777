using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>The least that is logged, which may change while the server runs. Thread-safe.</summary>
internal sealed class LogLevelSwitch(LogLevel level)
{
    private volatile int _level = (int)level;

    public LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

    /// <param name="category">Who logs. The web server's own chatter is not the administrator's business.</param>
    public bool Passes(string? category, LogLevel level) =>
        level >= Level && (level >= LogLevel.Warning || category?.StartsWith("Microsoft", StringComparison.Ordinal) != true);
}
