using System.Globalization;

namespace MailStore.Host.Configuration;

/// <summary>Numbers with a fraction: <see cref="double"/>, <see cref="float"/>, <see cref="decimal"/>. Never infinite, never NaN.</summary>
internal sealed class NumberConverter(Type type) : OptionConverter
{
    public override string TypeText => "number";

    public override string Plural => "numbers";

    protected override string Wanted => "a number";

    public override string ToToml(object value) => value switch
    {
        double number => TomlText.Number(number),
        float number => TomlText.Number(double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
        _ => ((decimal)value).ToString(CultureInfo.InvariantCulture) is var text && text.Contains('.', StringComparison.Ordinal) ? text : text + ".0",
    };

    protected override bool TryConvertCore(object value, out object? result, ref string? error)
    {
        result = null;
        return value switch
        {
            long number => TryNarrow(number, out result),
            double number => TryNarrow(number, out result),
            _ => false,
        };
    }

    protected override bool TryParseCore(string text, out object? result, ref string? error)
    {
        result = null;
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && TryNarrow(number, out result);
    }

    protected override string? Hint(object value) =>
        value is string text && double.TryParse(text, CultureInfo.InvariantCulture, out _) ? "leave the quotes away" : null;

    private bool TryNarrow(double number, out object? result)
    {
        result = null;
        if (!double.IsFinite(number))
            return false;
        if (type == typeof(double))
            result = number;
        else if (type == typeof(float))
            result = float.IsFinite((float)number) ? (float)number : null;
        else
            result = Math.Abs(number) < (double)decimal.MaxValue ? (decimal)number : null;
        return result is not null;
    }
}
