using System.Globalization;

namespace MailStore.Host.Configuration;

/// <summary>Binds a table to an options class.</summary>
internal static class OptionsBinder
{
    public static object Bind(Type optionsType, ConfigTable? table, ICollection<Mistake> mistakes)
    {
        var options = Activator.CreateInstance(optionsType)!;
        foreach (var entry in table?.Entries ?? [])
        {
            var property = optionsType.GetProperty(entry.Key.Replace("_", "", StringComparison.Ordinal), System.Reflection.BindingFlags.IgnoreCase | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance);
            if (property is null)
                mistakes.Add(entry.Mistake($"unknown key '{entry.Key}' in {table!.Title}"));
            else if (property.PropertyType.IsEnum)
                property.SetValue(options, Enum.Parse(property.PropertyType, (string)entry.Value, ignoreCase: true));
            else
                property.SetValue(options, Convert.ChangeType(entry.Value, property.PropertyType, CultureInfo.InvariantCulture));
        }

        return options;
    }
}
