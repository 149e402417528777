namespace MailStore.Host.Configuration;

/// <summary>Describes the options of a class: exactly the keys that <see cref="OptionsBinder"/> accepts.</summary>
internal static class OptionsDescription
{
    /// <exception cref="MailStore.Sdk.ModuleConfigurationException">The class cannot be constructed.</exception>
    public static IReadOnlyList<OptionDescription> For(Type optionsType)
    {
        var schema = OptionsSchema.For(optionsType);
        var defaults = schema.Create();
        return [.. schema.Paths.Select(path => Describe(path.Key, path.Value, defaults))];
    }

    private static OptionDescription Describe(string key, OptionProperty[] path, object defaults)
    {
        object? instance = defaults;
        foreach (var step in path.AsSpan(0, path.Length - 1))
            instance = instance is null ? null : step.Get(instance) ?? step.Nested!.Create();
        var property = path[^1];
        var value = instance is null ? null : property.Get(instance);
        var isRequired = property.IsRequired && (instance is null || !property.IsSatisfied(instance, wasGiven: false));
        var text = value is null || isRequired ? "" : property.Converter!.ToToml(value);
        return new OptionDescription(
            key, property.Converter!.TypeText, text, property.Description, isRequired, property.Checks.RangeText, property.IsUserSetting,
            property.IsAtAllocation);
    }
}
