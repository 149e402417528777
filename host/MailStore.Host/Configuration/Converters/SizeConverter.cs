using MailStore.Sdk;

namespace MailStore.Host.Configuration;

internal sealed class SizeConverter : OptionConverter
{
    public override string TypeText => "size (50M, 1G)";

    public override string Plural => "sizes (50M, 1G)";

    protected override string Wanted => "a size such as \"50M\" or \"1G\"";

    public override string ToToml(object value) => TomlText.String(((ByteSize)value).ToString());

    protected override bool TryConvertCore(object value, out object? result, ref string? error)
    {
        result = value is long and >= 0 ? new ByteSize((long)value) : null;
        return result is not null || (value is string text && TryParseCore(text, out result, ref error));
    }

    protected override bool TryParseCore(string text, out object? result, ref string? error)
    {
        var isSize = ByteSize.TryParse(text, null, out var size);
        result = size;
        return isSize;
    }
}
