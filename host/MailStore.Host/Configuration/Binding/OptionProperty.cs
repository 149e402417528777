using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>One option: a property of an options class, with all that is said about it.</summary>
internal sealed class OptionProperty
{
    private readonly PropertyInfo _property;
    private readonly RequiredAttribute? _required;

    public OptionProperty(PropertyInfo property, OptionConverter? converter, OptionsSchema? nested, bool isNullable, bool isInUserSettings)
    {
        _property = property;
        Converter = converter;
        Nested = nested;
        IsNullable = isNullable;
        Key = KeyOf(property);
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        IsUserSetting = isInUserSettings || property.IsDefined(typeof(UserSettingAttribute));
        IsAtAllocation = property.GetCustomAttribute<UserSettingAttribute>() is { AtAllocation: true };
        IsSecret = Secrets.IsSecretKey(Key);
        _required = property.GetCustomAttribute<RequiredAttribute>();
        MustBeGiven = property.IsDefined(typeof(RequiredMemberAttribute));
        Checks = new OptionChecks(Key, property, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
    }

    /// <summary>The name of the property in snake_case.</summary>
    public string Key { get; }

    public string Description { get; }

    /// <summary>Null for a nested class.</summary>
    public OptionConverter? Converter { get; }

    /// <summary>The options of a nested class; null for a value.</summary>
    public OptionsSchema? Nested { get; }

    /// <summary>Whether it may be absent; an empty text takes away what was set before.</summary>
    public bool IsNullable { get; }

    public bool IsUserSetting { get; }

    /// <summary>See <see cref="UserSettingAttribute.AtAllocation"/>.</summary>
    public bool IsAtAllocation { get; }

    public bool IsSecret { get; }

    /// <summary>Whether it is a <c>required</c> member: the configuration has to name it, whatever its default.</summary>
    public bool MustBeGiven { get; }

    /// <summary>Whether the configuration must give it a value, unless its default is one.</summary>
    public bool IsRequired => _required is not null || MustBeGiven;

    public OptionChecks Checks { get; }

    public static string KeyOf(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    public object? Get(object instance) => _property.GetValue(instance);

    /// <summary>Whether what is required is there.</summary>
    public bool IsSatisfied(object instance, bool wasGiven) => (wasGiven || !MustBeGiven) && (_required is null || _required.IsValid(Get(instance)));

    /// <returns>What is wrong with the value, or null: continues "'key' …".</returns>
    public string? Set(object instance, object? value)
    {
        try
        {
            _property.SetValue(instance, value);
            return null;
        }
        catch (TargetInvocationException e)
        {
            // the setter is a module's code, and may refuse a value
            return $"is refused: {(e.InnerException ?? e).Message}";
        }
    }

    /// <summary>The nested options of an instance, made where there are none yet.</summary>
    public object GetOrCreate(object instance)
    {
        if (Get(instance) is { } existing)
            return existing;
        var created = Nested!.Create();
        Set(instance, created);
        return created;
    }

    public bool TryConvert(object value, out object? result, [NotNullWhen(false)] out string? error)
    {
        result = error = null;
        if ((IsNullable && value is "") || Converter!.TryConvert(value, out result, out error))
            return true;
        error = WithoutSecret(error);
        return false;
    }

    public bool TryParse(string text, out object? result, [NotNullWhen(false)] out string? error)
    {
        result = error = null;
        if ((IsNullable && text.Length == 0) || Converter!.TryParse(text, out result, out error))
            return true;
        error = WithoutSecret(error);
        return false;
    }

    private string WithoutSecret(string error) => IsSecret ? $"takes {Converter!.TypeText}" : error;
}
