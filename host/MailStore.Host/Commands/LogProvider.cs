using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MailStore.Host.Commands;

/// <summary>The log in one of the forms of the console's formatters, by way of a <see cref="LogWriter"/>.</summary>
internal sealed class LogProvider(ConsoleFormatter formatter, LogWriter writer) : ILoggerProvider, ISupportExternalScope
{
    /// <summary>A text that grew beyond this is not kept for the next one.</summary>
    private const int MostKept = 4096;

    [ThreadStatic]
    private static StringWriter? s_text;

    private readonly bool _takesValues = formatter.Name == ConsoleFormatterNames.Json;

    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => writer.Dispose();

    private void Write(in LogEntry<LogLine> entry)
    {
        // while this one is written it is nobody else's: what is logged may log itself when it is asked for its text, or throw
        var text = s_text ?? new StringWriter();
        s_text = null;
        formatter.Write(entry, _scopes, text);
        var lines = text.GetStringBuilder();
        if (lines.Length > 0)
            writer.Write(lines);
        lines.Clear();
        if (lines.Capacity <= MostKept)
            s_text = text;
    }

    private sealed class Logger(LogProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => provider._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                provider.Write(new LogEntry<LogLine>(logLevel, category, eventId, new LogLine(formatter(state, exception), provider._takesValues ? state : null), exception, static (line, _) => line.Text));
        }
    }
}
