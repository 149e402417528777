using System.Collections;

namespace MailStore.Host.Commands;

/// <summary>
/// What is logged, as the formatters see it: of one type whatever it is. Each of their methods would else be compiled anew for each kind of line, most of them while the server starts.
/// </summary>
/// <param name="text">The line.</param>
/// <param name="state">What it was made of: names and values, where whoever logged it gave them, and the formatter takes them.</param>
internal sealed class LogLine(string text, object? state) : IReadOnlyCollection<KeyValuePair<string, object?>>
{
    private IReadOnlyCollection<KeyValuePair<string, object?>> Values => state as IReadOnlyCollection<KeyValuePair<string, object?>> ?? [];

    public string Text => text;

    public int Count => Values.Count;

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Values.GetEnumerator();

    public override string ToString() => state?.ToString() ?? text;

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
