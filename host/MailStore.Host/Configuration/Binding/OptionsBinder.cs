using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>
/// Makes the options of the host and of modules. Strict: an unknown key, a wrong type, a value that an annotation forbids are mistakes, each told with
/// its place. Of a nullable option an empty text means "none". Thread-safe.
/// </summary>
internal static class OptionsBinder
{
    /// <summary>Makes an options object with its defaults, and puts a table's values over them.</summary>
    /// <param name="table">Null where the configuration has none; <see cref="ModuleSection.OptionsTable"/> gives better messages then.</param>
    /// <param name="mistakes">What is wrong is added; the object is of use only if nothing was.</param>
    /// <exception cref="ModuleConfigurationException">The class cannot be constructed.</exception>
    public static object Bind(Type optionsType, ConfigTable? table, ICollection<Mistake> mistakes)
    {
        var schema = OptionsSchema.For(optionsType);
        var options = schema.Create();
        table ??= new ConfigTable("", "", 0, 0);
        foreach (var problem in schema.Problems)
            mistakes.Add(table.Mistake($"{problem}; tell its author"));
        new TableBinding(mistakes).Fill(schema, options, table);
        return options;
    }

    /// <summary>
    /// Makes the options for one user: the module's table first, then each layer in order, the later one winning. Mistakes of the table are not told
    /// again: they stopped the start.
    /// </summary>
    /// <param name="moduleTable">The module's table; its title names the module in messages, see <see cref="ModuleSection.OptionsTable"/>.</param>
    /// <param name="layers">Only options that are marked as user settings may be set.</param>
    /// <param name="mistakes">What is wrong with the layers, or missing, is added in words.</param>
    /// <param name="policy">What of a record's layer does not count; null: all of it counts. What is passed over is not looked at.</param>
    /// <exception cref="ModuleConfigurationException">The class cannot be constructed.</exception>
    public static object BindForUser(Type optionsType, ConfigTable? moduleTable, IReadOnlyList<SettingsLayer> layers, ICollection<string> mistakes, SettingsPolicy? policy = null)
    {
        var schema = OptionsSchema.For(optionsType);
        var options = schema.Create();
        if (moduleTable is not null)
            TableBinding.Silent.Fill(schema, options, moduleTable);
        new LayerBinding(schema, options, moduleTable, policy ?? SettingsPolicy.None, mistakes).Fill(layers);
        return options;
    }
}
