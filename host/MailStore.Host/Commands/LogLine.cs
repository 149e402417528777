using System.Collections;

namespace MailStore.Host.Commands;

/// <summary>
/// What is logged, as the formatters see it: of one type whatever it is. Each of their methods would else be compiled anew for each kind of line, most of them while the server starts.
/// </summary>
/// <param name="text">The line.</param>
/// <param name="state">What it was made of: names and values, where whoever logged it gave them, and the formatter takes them.</param>
internal sealed class LogLine(string text, object? state) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly IReadOnlyList<KeyValuePair<string, object?>> _values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];

    public string Text => text;

    public int Count => _values.Count;

    public KeyValuePair<string, object?> this[int index] => _values[index];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _values.GetEnumerator();

    public override string ToString() => state?.ToString() ?? text;

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
