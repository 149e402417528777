namespace MailStore.Host.Configuration;

/// <summary>
/// Writes the configuration in force as TOML, defaults included, with comments that say where each value came from. The loader reads it as the same
/// configuration, but for secrets, which are not shown.
/// </summary>
internal static class ConfigurationWriter
{
    /// <param name="modules">
    /// The sections to show, each with the options class of its module; null where that is not known: the table is shown as it stands.
    /// </param>
    public static void Write(HostConfiguration configuration, IReadOnlyList<(ModuleSection Section, Type? OptionsType)> modules, TextWriter writer)
    {
        var toml = new TomlTableWriter(writer);
        toml.Comment(configuration.File is { } file
            ? $"The configuration in force, from {file}."
            : "No configuration file was found: these are the defaults.");
        toml.Comment($"Data directory: {configuration.DataDirectory}");
        toml.Comment($"Modules directory: {configuration.ModulesDirectory}");
        writer.WriteLine();
        string[] unset = configuration.ModulesDirectoryIsDefault ? ["modules_dir"] : [];
        toml.Write(OptionsSchema.For(typeof(HostOptions)), configuration.Options, "", configuration.Root, unset);
        foreach (var (section, type) in modules)
            WriteModule(toml, section, type);
        if (!configuration.Policy.IsEmpty)
            WritePolicy(toml, configuration.Policy);
        foreach (var (domain, table) in configuration.Domains)
        {
            var path = $"domain.{TomlText.String(domain)}";
            toml.Header(path, "");
            toml.WriteRaw(table, path);
        }
    }

    private static void WritePolicy(TomlTableWriter toml, SettingsPolicy policy)
    {
        toml.Header(SettingsPolicy.Table, "");
        // no value for the test of secrets: a rule is none, whatever its key
        foreach (var (key, (rule, entry)) in policy.Rules)
            toml.Line(key, value: null, TomlText.String(SettingsPolicy.Word(rule)), entry, asComment: false);
    }

    private static void WriteModule(TomlTableWriter toml, ModuleSection section, Type? type)
    {
        var path = $"{section.Kind.Key()}.{TomlText.Key(section.Instance)}";
        toml.Header(path, "");
        if (section.Module != section.Instance)
            toml.Line("module", section.Module, TomlText.String(section.Module), section.NamedAt, asComment: false);
        if (type is null)
        {
            toml.WriteRaw(section.OptionsTable, path);
            return;
        }

        // mistakes of the table were told when it was bound for its module
        var options = OptionsBinder.Bind(type, section.OptionsTable, new List<Mistake>());
        toml.Write(OptionsSchema.For(type), options, path, section.Table);
    }
}
