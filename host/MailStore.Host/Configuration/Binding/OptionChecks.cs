using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace MailStore.Host.Configuration;

/// <summary>
/// What the annotations of an option allow, told in the words of an administrator. Those about the length of a list are about the list, all others about
/// each of its items.
/// </summary>
internal sealed class OptionChecks
{
    private static readonly HashSet<string?> DefaultWords =
        [new AllowedValuesAttribute().ErrorMessage, new DeniedValuesAttribute().ErrorMessage, new LengthAttribute(0, 0).ErrorMessage];

    private readonly string _key;
    private readonly List<ValidationAttribute> _attributes;
    private readonly RangeLimits? _range;
    private readonly bool _isList;

    public OptionChecks(string key, PropertyInfo property, Type type)
    {
        _key = key;
        _isList = type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);
        _attributes = [.. property.GetCustomAttributes<ValidationAttribute>().Where(attribute => attribute is not RequiredAttribute)];
        var itemType = !_isList ? type : type.IsArray ? type.GetElementType()! : type.GetGenericArguments().FirstOrDefault() ?? type;
        if (_attributes.OfType<RangeAttribute>().FirstOrDefault() is { } range && (_range = RangeLimits.Of(range, itemType)) is not null)
            _attributes.Remove(range);
    }

    /// <summary><c>from 1 to 10000</c>, or whatever else limits the value; empty if nothing does.</summary>
    public string RangeText => string.Join("; ", new[] { _range?.Text }.Concat(_attributes.Select(Limit)).Where(text => text is not null));

    /// <returns>What is wrong with the value, or null: continues "'key' …".</returns>
    /// <param name="instance">The options that it was set in.</param>
    public string? Check(object? value, object instance)
    {
        if (value is null)
            return null;
        if (!_isList)
            return CheckOne(value, instance, ofList: false) ?? CheckOne(value, instance, ofList: true);
        if (CheckOne(value, instance, ofList: true) is { } error)
            return error;
        foreach (var item in (System.Collections.IEnumerable)value)
        {
            if (item is not null && CheckOne(item, instance, ofList: false) is { } itemError)
                return itemError;
        }

        return null;
    }

    private static bool IsAboutList(ValidationAttribute attribute) => attribute is MinLengthAttribute or MaxLengthAttribute or LengthAttribute;

    private static bool IsAboutLength(ValidationAttribute attribute) => IsAboutList(attribute) || attribute is StringLengthAttribute;

    private string? CheckOne(object value, object instance, bool ofList)
    {
        if (!ofList && _range is not null && !_range.Holds(value))
            return $"must be {_range.Text}, not {Shown(value)}";
        foreach (var attribute in _attributes)
        {
            if (IsAboutList(attribute) == ofList && Refusal(attribute, value, instance) is { } error)
                return error;
        }

        return null;
    }

    private string? Refusal(ValidationAttribute attribute, object value, object instance)
    {
        try
        {
            var context = new ValidationContext(instance) { DisplayName = _key };
            if (attribute.GetValidationResult(value, context) is not { } result)
                return null;
            return HasOwnWords(attribute) || Limit(attribute) is not { } limit
                ? $"does not allow {Shown(value)}: {result.ErrorMessage}"
                : $"must {(IsAboutLength(attribute) ? "have" : "be")} {limit}, not {Shown(value)}";
        }
        catch (Exception e)
        {
            // Annotations may be a plugin's own code, and those of the framework throw where they do not fit the type: a mistake of its author.
            return $"could not be checked by its [{attribute.GetType().Name}]: {e.Message}";
        }
    }

    /// <summary>Whether its author gave it a message; some attributes of the framework say their default message as if it were one.</summary>
    private static bool HasOwnWords(ValidationAttribute attribute) =>
        attribute.ErrorMessageResourceName is not null || (attribute.ErrorMessage is { } words && !DefaultWords.Contains(words));

    private string? Limit(ValidationAttribute attribute)
    {
        var unit = _isList && IsAboutList(attribute) ? "items" : "characters";
        return attribute switch
        {
            RegularExpressionAttribute pattern => HasOwnWords(pattern) ? pattern.ErrorMessage : $"text that matches {pattern.Pattern}",
            StringLengthAttribute { MinimumLength: 0 } length => $"at most {length.MaximumLength} characters",
            StringLengthAttribute length => $"{length.MinimumLength} to {length.MaximumLength} characters",
            MinLengthAttribute length => $"at least {length.Length} {(length.Length == 1 ? unit[..^1] : unit)}",
            MaxLengthAttribute length => $"at most {length.Length} {unit}",
            LengthAttribute length => $"{length.MinimumLength} to {length.MaximumLength} {unit}",
            AllowedValuesAttribute values => $"one of: {string.Join(", ", values.Values.Select(Written))}",
            DeniedValuesAttribute values => $"none of: {string.Join(", ", values.Values.Select(Written))}",
            _ => null,
        };
    }

    private static string Written(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Shown(object value) => value switch
    {
        string text => TomlText.Shown(text),
        TimeSpan duration => Duration.Format(duration),
        System.Collections.ICollection items => $"{items.Count}",
        _ => Written(value),
    };
}
