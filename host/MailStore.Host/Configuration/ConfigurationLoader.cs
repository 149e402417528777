namespace MailStore.Host.Configuration;

/// <summary>Finds the configuration, reads it, and checks all that can be checked before modules are known.</summary>
internal static class ConfigurationLoader
{
    private const string DomainTable = "domain";

    /// <summary>Never throws for what a file holds, or for a file that is not there: <see cref="HostConfiguration.Mistakes"/> tells it all.</summary>
    /// <param name="explicitPath">What <c>--config</c> named, or null.</param>
    /// <param name="workingDirectory">Where relative paths of files start; absolute.</param>
    /// <param name="environment">The environment's variables.</param>
    public static HostConfiguration Load(string? explicitPath, string workingDirectory, Func<string, string?> environment) =>
        Load(ConfigurationFile.Find(explicitPath, workingDirectory, environment), workingDirectory, AppContext.BaseDirectory);

    /// <param name="programDirectory">Where the program is; null: no modules.d there serves.</param>
    internal static HostConfiguration Load(ConfigurationFile? file, string workingDirectory, string? programDirectory = null)
    {
        var mistakes = new List<Mistake>();
        var root = file?.Read(mistakes) is { } text ? TomlReader.Read(text, file.Name, mistakes) : null;
        var options = (HostOptions)OptionsBinder.Bind(typeof(HostOptions), root is null ? null : HostPart(root, mistakes), mistakes);
        var folder = file is null ? workingDirectory : Path.GetDirectoryName(file.FullPath) ?? "/";
        var modulesDirectory = Resolve(options.ModulesDir, folder);
        var modulesByDefault = root?.FindValue("modules_dir") is null;
        if (modulesByDefault && programDirectory is not null && !Directory.Exists(modulesDirectory))
            modulesDirectory = ModulesOfTheProgram.Find(programDirectory, options.ModulesDir) ?? modulesDirectory;
        var dataDirectory = Resolve(options.DataDir, folder);
        new HostChecks(root, options, dataDirectory, mistakes).Run();
        var (used, unused) = ModuleSections.Read(root, options, mistakes);
        string[] mdas = [.. used.Where(section => section.Kind == ModuleKind.Mda).Select(section => section.Instance)];
        return new HostConfiguration
        {
            File = file?.FullPath,
            Options = options,
            DataDirectory = dataDirectory,
            ModulesDirectory = modulesDirectory,
            ModulesDirectoryIsDefault = modulesByDefault,
            Modules = used,
            UnusedModules = unused,
            Domains = DomainTables.Read(root, mdas, mistakes),
            Policy = PolicyTable.Read(root, mistakes),
            Root = root,
            Mistakes = Mistake.Sorted(mistakes),
        };
    }

    /// <summary>What is left of the top level for the host's own options, without the tables of modules, domains and policy. Tables of nobody are told here.</summary>
    private static ConfigTable HostPart(ConfigTable root, List<Mistake> mistakes)
    {
        var schema = OptionsSchema.For(typeof(HostOptions));
        var tables = schema.Properties.Where(property => property.Nested is not null).Select(property => property.Key)
            .Concat(ModuleKindNames.All.Select(kind => kind.Key())).Append(DomainTable).Append(SettingsPolicy.Table).ToArray();
        var part = new ConfigTable(root.Title, root.File, root.Line, root.Column);
        foreach (var entry in root.Entries)
        {
            if (entry.Value is ConfigTable table && (schema.Find(entry.Key) is null or { Nested: null }))
            {
                if (ModuleKindNames.IsKey(entry.Key) || entry.Key is DomainTable or SettingsPolicy.Table)
                    continue;
                if (schema.Find(entry.Key) is null)
                {
                    var question = Suggestion.For(entry.Key, tables) is { } meant ? $"; did you mean [{meant}]?" : "";
                    mistakes.Add(entry.Mistake($"unknown table {table.Title}{question}"));
                    continue;
                }
            }
            else if (entry.Key == DomainTable && entry.Value is not UnreadableValue)
            {
                mistakes.Add(entry.Mistake("'domain' is a table: write [domain.\"example.org\"], and its settings below"));
                continue;
            }

            if (entry.Key == SettingsPolicy.Table && entry.Value is not UnreadableValue)
            {
                mistakes.Add(entry.Mistake("'policy' is a table: write [policy], and below it quota = \"override\", \"ignore\" or \"user\""));
                continue;
            }

            part.Entries.Add(entry);
        }

        return part;
    }

    /// <summary>A path that cannot be one was told as a mistake; the folder stands in for it, and nothing starts.</summary>
    private static string Resolve(string path, string folder) =>
        path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? folder : Path.GetFullPath(path, folder);
}
