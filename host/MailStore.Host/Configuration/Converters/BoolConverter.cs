namespace MailStore.Host.Configuration;

internal sealed class BoolConverter : OptionConverter
{
    public override string TypeText => "true or false";

    protected override string Wanted => "true or false";

    public override string ToToml(object value) => (bool)value ? "true" : "false";

    protected override bool TryConvertCore(object value, out object? result, ref string? error) => (result = value as bool?) is not null;

    protected override bool TryParseCore(string text, out object? result, ref string? error)
    {
        var isFlag = bool.TryParse(text, out var flag);
        result = flag;
        return isFlag;
    }

    protected override string? Hint(object value) => value is string text && bool.TryParse(text, out _) ? "leave the quotes away" : null;
}
