using System.Text.RegularExpressions;
using Tomlyn.Syntax;

namespace MailStore.Host.Configuration;

/// <summary>
/// What the parser found wrong, as an administrator reads it: the first mistake of each line, since the others mostly follow from it.
/// </summary>
internal sealed partial class SyntaxMistakes
{
    private readonly int[] _lines;

    private SyntaxMistakes(IReadOnlyList<Mistake> mistakes)
    {
        Mistakes = mistakes;
        _lines = [.. mistakes.Select(mistake => mistake.Line)];
    }

    /// <summary>In the order of the file, one a line at most.</summary>
    public IReadOnlyList<Mistake> Mistakes { get; }

    public static SyntaxMistakes Of(DocumentSyntax document, string text, string file)
    {
        var mistakes = new List<Mistake>();
        var lines = new LineFinder(text);
        foreach (var message in document.Diagnostics.OrderBy(message => message.Span.Start.Line).ThenBy(message => message.Span.Start.Column))
        {
            var start = message.Span.Start;
            if (mistakes.Count > 0 && mistakes[^1].Line == start.Line + 1)
                continue;
            var line = lines.Line(start.Line);
            mistakes.Add(new Mistake(file, start.Line + 1, start.Column + 1, InWords(message.Message, line, start.Column)));
        }

        return new SyntaxMistakes(mistakes);
    }

    public bool TouchesLine(int line) => Array.BinarySearch(_lines, line) >= 0;

    public bool Touches(SourceSpan span)
    {
        var index = Array.BinarySearch(_lines, span.Start.Line + 1);
        if (index < 0)
            index = ~index;
        return index < _lines.Length && _lines[index] <= span.End.Line + 1;
    }

    private static string InWords(string message, ReadOnlySpan<char> line, int column)
    {
        var text = line.ToString();
        if (BareValue().Match(text) is { Success: true } bare && column >= bare.Groups["value"].Index)
            return $"{bare.Groups["value"].Value} is no value; text, sizes and durations stand in quotes: {TomlText.String(bare.Groups["value"].Value)}";
        if (HeaderWithoutEnd().IsMatch(text) && column >= text.IndexOf('[', StringComparison.Ordinal))
            return "the ']' of the table is missing";
        if (NoValue().IsMatch(text))
            return "the value is missing";
        if (NoEquals().IsMatch(text))
            return "a line is a [table], or key = value; the '=' is missing";
        if (message.Contains("on string literal", StringComparison.Ordinal) || message.Contains("newline in a string", StringComparison.Ordinal))
            return "the text is not closed by a quote";
        var plain = message.ReplaceLineEndings(" ").Trim();
        return plain.Length == 0 ? "not TOML" : char.ToLowerInvariant(plain[0]) + plain[1..];
    }

    /// <summary>A value that wants quotes: <c>50M</c>, <c>10s</c>, <c>yes</c>, <c>/var/mail</c>, <c>127.0.0.1:24</c>.</summary>
    [GeneratedRegex(@"^\s*[\w.""-]+\s*=\s*(?<value>[\w./:@*+-][^\s""'\[\]{},#=]*)\s*(#.*)?$")]
    private static partial Regex BareValue();

    [GeneratedRegex(@"^\s*\[[^\[\]#]*(#.*)?$")]
    private static partial Regex HeaderWithoutEnd();

    [GeneratedRegex(@"^\s*[\w.""-]+\s*=\s*(#.*)?$")]
    private static partial Regex NoValue();

    [GeneratedRegex(@"^\s*[^\[\]=""'#]+(#.*)?$")]
    private static partial Regex NoEquals();

    /// <summary>Gives lines by number, in rising order, in one pass over the text.</summary>
    private sealed class LineFinder(string text)
    {
        private const int LongestLine = 500;
        private int _line;
        private int _start;

        public ReadOnlySpan<char> Line(int number)
        {
            while (_line < number)
            {
                var end = text.IndexOf('\n', _start);
                if (end < 0)
                    return default;
                _start = end + 1;
                _line++;
            }

            var rest = text.AsSpan(_start, Math.Min(LongestLine, text.Length - _start));
            var length = rest.IndexOf('\n');
            return (length < 0 ? rest : rest[..length]).TrimEnd('\r');
        }
    }
}
