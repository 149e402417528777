using MailStore.Host.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MailStore.Host.Tests.Commands;

/// <summary>A line of the log in the formatters' hands.</summary>
public sealed class LogLineTests
{
    private static readonly KeyValuePair<string, object?>[] Values = [new("user", "alice@example.org"), new("code", 250), new("{OriginalFormat}", "stored for {user}: {code}")];

    [Fact]
    public void Json_has_the_values_that_it_was_made_of()
    {
        var text = Format(ConsoleFormatterNames.Json, new LogLine("stored for alice@example.org: 250", Values));
        Assert.Contains("\"Message\":\"stored for alice@example.org: 250\"", text, StringComparison.Ordinal);
        Assert.Contains("\"user\":\"alice@example.org\"", text, StringComparison.Ordinal);
        Assert.Contains("\"code\":250", text, StringComparison.Ordinal);
        Assert.Contains("\"{OriginalFormat}\":\"stored for {user}: {code}\"", text, StringComparison.Ordinal);
    }

    [Theory, InlineData(ConsoleFormatterNames.Simple), InlineData(ConsoleFormatterNames.Systemd)]
    public void The_others_have_the_text(string form) =>
        Assert.Contains("stored for alice@example.org: 250", Format(form, new LogLine("stored for alice@example.org: 250", null)), StringComparison.Ordinal);

    private static string Format(string form, LogLine line)
    {
        using var services = new ServiceCollection().AddLogging(logging => logging.AddConsole()).BuildServiceProvider();
        var formatter = services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == form);
        using var text = new StringWriter();
        formatter.Write(new LogEntry<LogLine>(LogLevel.Information, "MailStore", default, line, null, static (line, _) => line.Text), null, text);
        return text.ToString();
    }
}
