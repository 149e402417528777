using System.Collections;
using System.Text;

namespace MailStore.Host.Configuration;

/// <summary>
/// Lists of one type of items. As text they are separated by commas; a comma within an item is written <c>\,</c> and a backslash <c>\\</c>.
/// </summary>
internal sealed class ListConverter(OptionConverter items, Type itemType, bool asArray) : OptionConverter
{
    public override string TypeText => $"list of {items.Plural}";

    protected override string Wanted => $"a list of {items.Plural}";

    public static string Join(IEnumerable<string> items) =>
        string.Join(',', items.Select(item => item.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal)));

    public override string ToToml(object value) => $"[{string.Join(", ", ((IEnumerable)value).Cast<object>().Select(items.ToToml))}]";

    protected override bool TryConvertCore(object value, out object? result, ref string? error)
    {
        result = null;
        return value is IReadOnlyList<object> values && TryMake(values, items.TryConvert, out result, ref error);
    }

    protected override bool TryParseCore(string text, out object? result, ref string? error) =>
        TryMake(Split(text), items.TryParse, out result, ref error);

    protected override string? Hint(object value) =>
        value is not (IReadOnlyList<object> or ConfigTable) && items.TryConvert(value, out _, out _) ? $"write [{TomlText.Value(value)}]" : null;

    private delegate bool Read<in T>(T value, out object? result, out string? error);

    private bool TryMake<T>(IReadOnlyList<T> values, Read<T> read, out object? result, ref string? error)
    {
        result = null;
        IList list = asArray ? Array.CreateInstance(itemType, values.Count) : (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(itemType))!;
        for (var i = 0; i < values.Count; i++)
        {
            if (!read(values[i], out var item, out var itemError))
            {
                error = $"has a mistake in its item {i + 1}, which {itemError}";
                return false;
            }

            if (asArray)
                list[i] = item;
            else
                list.Add(item);
        }

        result = list;
        return true;
    }

    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        if (string.IsNullOrWhiteSpace(text))
            return parts;
        var part = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ',' or '\\')
            {
                part.Append(text[++i]);
            }
            else if (text[i] == ',')
            {
                parts.Add(part.ToString().Trim());
                part.Clear();
            }
            else
            {
                part.Append(text[i]);
            }
        }

        parts.Add(part.ToString().Trim());
        return parts;
    }
}
