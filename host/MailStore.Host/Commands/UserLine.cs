using System.Text;
using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>A user as administrators write one: <c>alice@example.org quota=1G path="/srv/my mail"</c>. In an import a line may be empty or a comment (<c>#</c>).</summary>
internal static class UserLine
{
    /// <summary>Parses a line of an import.</summary>
    /// <returns>The change; null with a mistake, or null without one for a line that says nothing.</returns>
    public static UserChange? Parse(string line, int number, out string mistake)
    {
        var words = Split(line, out mistake);
        if (mistake.Length > 0 || words.Count == 0)
            return null;
        return Parse(words[0], words.Skip(1), out mistake) is { } change ? change with { Line = number } : null;
    }

    /// <summary>Parses what stands behind a name.</summary>
    public static UserChange? Parse(string name, IEnumerable<string> settings, out string mistake)
    {
        mistake = "";
        var change = new UserChange { Name = name };
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                mistake = $"'{setting}' is no setting; write it as key=value";
            else if (!change.Settings.TryAdd(setting[..equals], setting[(equals + 1)..]))
                mistake = $"'{setting[..equals]}' is set twice";
            if (mistake.Length > 0)
                return null;
        }

        return change;
    }

    /// <summary>Writes a user so that <see cref="Parse(string, int, out string)"/> reads the same again; what holds a line end is told in JSON only.</summary>
    public static string Format(string name, IEnumerable<KeyValuePair<string, string>> settings) =>
        string.Join(' ', settings.Select(setting => $"{setting.Key}={QuotedIfNeeded(setting.Value, "")}").Prepend(FormatName(name)));

    private static string FormatName(string name)
    {
        var at = name.LastIndexOf('@');
        return at < 0 ? QuotedIfNeeded(name, "\\#") : QuotedIfNeeded(name[..at], "\\#") + name[at..];
    }

    private static string QuotedIfNeeded(string text, string others) =>
        text.Any(c => c == '"' || char.IsWhiteSpace(c) || others.Contains(c, StringComparison.Ordinal))
            ? $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : text;

    private static List<string> Split(string line, out string mistake)
    {
        mistake = "";
        var words = new List<string>();
        var word = new StringBuilder();
        var started = false;
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            // in front quotes are part of the name: "john doe"@example.org
            var isName = words.Count == 0;
            if (quoted && c == '\\' && i + 1 < line.Length)
                word.Append(isName ? "\\" : "").Append(line[++i]);
            else if (c == '"')
                (_, quoted, started) = (isName ? word.Append(c) : word, !quoted, true);
            else if (!quoted && char.IsWhiteSpace(c))
                End();
            else if (!quoted && !started && c == '#')
                break;
            else
                (_, started) = (word.Append(c), true);
        }

        if (quoted)
            mistake = "a quote is not closed";
        End();
        return words;

        void End()
        {
            if (started)
                words.Add(word.ToString());
            word.Clear();
            started = false;
        }
    }
}
