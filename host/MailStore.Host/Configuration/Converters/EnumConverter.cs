using System.Text.Json;

namespace MailStore.Host.Configuration;

/// <summary>One word of a set: names of an enum in snake_case; letter case, and <c>-</c> for <c>_</c>, do not matter.</summary>
internal sealed class EnumConverter : OptionConverter
{
    private readonly Dictionary<string, object> _values = [];
    private readonly Dictionary<object, string> _names = [];

    public EnumConverter(Type type)
    {
        foreach (var name in Enum.GetNames(type))
        {
            var value = Enum.Parse(type, name);
            var word = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
            _values.TryAdd(word, value);
            _names.TryAdd(value, word);
        }
    }

    public override string TypeText => $"one of: {string.Join(", ", _values.Keys)}";

    protected override string Wanted => TypeText;

    public override string ToToml(object value) => TomlText.String(_names.GetValueOrDefault(value) ?? value.ToString() ?? "");

    protected override bool TryConvertCore(object value, out object? result, ref string? error)
    {
        result = null;
        return value is string text && TryParseCore(text, out result, ref error);
    }

    protected override bool TryParseCore(string text, out object? result, ref string? error) =>
        _values.TryGetValue(text.Trim().Replace('-', '_').ToLowerInvariant(), out result);

    protected override string? Hint(object value) =>
        value is string text && Suggestion.For(text, _values.Keys) is { } meant ? $"did you mean \"{meant}\"?" : null;
}
