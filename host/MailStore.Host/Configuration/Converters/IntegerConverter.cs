using System.Globalization;

namespace MailStore.Host.Configuration;

/// <summary>Whole numbers of every size that .NET has; TOML's are 64 bits, signed.</summary>
internal sealed class IntegerConverter(Type type, decimal least, decimal most) : OptionConverter
{
    public override string TypeText => "whole number";

    public override string Plural => "whole numbers";

    protected override string Wanted => "a whole number";

    public override string ToToml(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    protected override bool TryConvertCore(object value, out object? result, ref string? error)
    {
        result = null;
        return value is long number && TryNarrow(number, out result, ref error);
    }

    protected override bool TryParseCore(string text, out object? result, ref string? error)
    {
        result = null;
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && TryNarrow(number, out result, ref error);
    }

    protected override string? Hint(object value) => value is string text && long.TryParse(text, out _) ? "leave the quotes away" : null;

    private bool TryNarrow(decimal number, out object? result, ref string? error)
    {
        result = null;
        if (number < least || number > most)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"takes a whole number from {least} to {most}, not {number}");
            return false;
        }

        result = Convert.ChangeType(number, type, CultureInfo.InvariantCulture);
        return true;
    }
}
