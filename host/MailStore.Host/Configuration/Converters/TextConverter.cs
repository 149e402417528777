namespace MailStore.Host.Configuration;

internal sealed class TextConverter : OptionConverter
{
    public override string TypeText => "text";

    protected override string Wanted => "text";

    public override string ToToml(object value) => TomlText.String((string)value);

    protected override bool TryConvertCore(object value, out object? result, ref string? error) => (result = value as string) is not null;

    protected override bool TryParseCore(string text, out object? result, ref string? error)
    {
        result = text;
        return true;
    }

    protected override string? Hint(object value) => value is long or double or bool ? $"write \"{TomlText.Value(value)}\"" : null;
}
