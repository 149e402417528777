using System.Buffers;
using System.Globalization;
using System.Text;

namespace MailStore.Host.Configuration;

/// <summary>Writes TOML (v1.0.0): keys, strings, values.</summary>
internal static class TomlText
{
    private const int LongestShown = 60;

    private static readonly SearchValues<char> Whole = SearchValues.Create("-0123456789");

    public static string Key(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : String(key);

    /// <summary>A basic string on one line.</summary>
    public static string String(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\u007f' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A value as <see cref="ConfigEntry"/> holds it.</summary>
    public static string Value(object value) => value switch
    {
        string text => String(text),
        bool flag => flag ? "true" : "false",
        double number => Number(number),
        IReadOnlyList<object> items => $"[{string.Join(", ", items.Select(Value))}]",
        ConfigTable table => $"{{{string.Join(", ", table.Entries.Select(entry => $"{Key(entry.Key)} = {Value(entry.Value)}"))}}}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>A float: TOML wants a point or an exponent to tell it from an integer.</summary>
    public static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAnyExcept(Whole) ? text.Replace("E", "e", StringComparison.Ordinal) : text + ".0";
    }

    /// <summary>A value for a message: short, and on one line.</summary>
    public static string Shown(object value)
    {
        if (value is ConfigTable)
            return "a table";
        if (value is IReadOnlyList<object> { Count: > 8 })
            return "a list";
        var text = Value(value is string { Length: > LongestShown } whole ? whole[..LongestShown] : value);
        return text.Length > LongestShown + 2 ? text[..LongestShown] + "…" : text;
    }
}
