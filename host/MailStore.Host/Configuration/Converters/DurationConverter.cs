namespace MailStore.Host.Configuration;

internal sealed class DurationConverter : OptionConverter
{
    public override string TypeText => "duration (10s, 5m)";

    public override string Plural => "durations (10s, 5m)";

    protected override string Wanted => "a duration such as \"10s\" or \"5m\"";

    public override string ToToml(object value) => TomlText.String(Duration.Format((TimeSpan)value));

    protected override bool TryConvertCore(object value, out object? result, ref string? error)
    {
        result = null;
        return value is string text && TryParseCore(text, out result, ref error);
    }

    protected override bool TryParseCore(string text, out object? result, ref string? error)
    {
        var isDuration = Duration.TryParse(text, out var duration);
        result = duration;
        return isDuration;
    }

    protected override string? Hint(object value) => value switch
    {
        long and >= 0 => $"write \"{value}s\" if seconds are meant",
        string text when long.TryParse(text, out var number) && number >= 0 => $"write \"{number}s\" if seconds are meant",
        _ => null,
    };
}
