namespace MailStore.Host.Modules;

/// <summary>
/// Finds the plugins of a modules directory, each a folder, or a DLL with its <c>.deps.json</c>. By their metadata only: none of their code runs. What
/// cannot be used is found as well, with the reason.
/// </summary>
internal static class PluginDiscovery
{
    /// <summary>All plugins, by name.</summary>
    /// <exception cref="IOException">The directory cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory cannot be listed.</exception>
    public static IReadOnlyList<PluginFile> Discover(string modulesDirectory)
    {
        var plugins = new List<PluginFile>();
        var dependencies = Directory.EnumerateFiles(modulesDirectory, "*.deps.json").SelectMany(DepsFile.FilesOf).ToHashSet();
        foreach (var path in Directory.EnumerateFileSystemEntries(modulesDirectory))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith('.'))
                continue;
            if (Directory.Exists(path))
                plugins.Add(InspectFolder(path));
            else if (IsAssembly(name) && (!dependencies.Contains(name) || File.Exists(DepsFile.Beside(path))))
                plugins.Add(InspectDll(path));
        }

        return [.. plugins.OrderBy(plugin => plugin.Name, StringComparer.Ordinal)];
    }

    /// <summary>One plugin, wherever it is: a folder, or a DLL.</summary>
    /// <param name="path">Absolute; it exists.</param>
    public static PluginFile InspectAt(string path) => Directory.Exists(path) ? InspectFolder(path.TrimEnd('/')) : InspectDll(path);

    /// <summary>Looks at a plugin again, where it was copied to: what was checked must be what is loaded.</summary>
    /// <param name="original">The plugin as it was found in the modules directory.</param>
    public static PluginFile InspectCopy(PluginFile original, string copiedMainAssembly) =>
        Inspect(original.Name, copiedMainAssembly, original.Files);

    private static PluginFile InspectFolder(string folder)
    {
        var name = Path.GetFileName(folder);
        List<string> files;
        try
        {
            files = [.. PluginFolder.FilesOf(folder)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Broken(name, folder, $"{folder} cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read it, or remove it");
        }

        var assemblies = files.Where(file => IsAssembly(file) && !file.Contains('/')).ToList();
        var announcing = assemblies.Where(file => PluginMetadata.TryRead(Path.Combine(folder, file), out _) is { Announcements.Count: > 0 }).ToList();
        if (announcing.Count > 1)
        {
            return Broken(
                name, folder, $"{folder} holds more than one assembly with modules: {string.Join(", ", announcing)}", "give each plugin a folder of its own");
        }

        var main = announcing.FirstOrDefault()
            ?? assemblies.Find(file => files.Contains(Path.GetFileName(DepsFile.Beside(file))))
            ?? assemblies.Find(file => string.Equals(Path.GetFileNameWithoutExtension(file), name, StringComparison.OrdinalIgnoreCase))
            ?? (assemblies.Count == 1 ? assemblies[0] : null);
        return main is null
            ? Broken(name, folder, $"{folder} holds no plugin: none of its {assemblies.Count} DLLs announces a module", "copy the files of the plugin into it, or remove it")
            : Inspect(name, Path.Combine(folder, main), files);
    }

    private static PluginFile InspectDll(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var folder = Path.GetDirectoryName(path)!;
        string[] own = [name + ".dll", name + ".deps.json", name + ".pdb", name + ".runtimeconfig.json"];
        return Inspect(name, path, [.. own.Concat(DepsFile.FilesOf(DepsFile.Beside(path))).Distinct().Where(file => File.Exists(Path.Combine(folder, file)) || file == own[0])]);
    }

    private static PluginFile Inspect(string name, string path, IReadOnlyList<string> files)
    {
        var metadata = PluginMetadata.TryRead(path, out var problem);
        var candidate = new PluginFile
        {
            Name = name,
            Path = path,
            Files = files,
            Version = metadata?.Version,
            SdkVersion = metadata?.SdkVersion,
            Modules = [.. metadata?.Announcements.Where(found => found is { Name: not null, TypeName: not null, Contracts.Count: 1 })
                .Select(found => new PluginModule(found.Contracts[0], found.Name!, found.TypeName!, found.Description)) ?? []],
        };
        if (metadata is not null)
            problem = PluginChecks.All.Select(check => check.Check(candidate, metadata)).FirstOrDefault(found => found is not null);
        return candidate with { Problem = problem };
    }

    private static PluginFile Broken(string name, string path, string reason, string remedy) =>
        new() { Name = name, Path = path, Problem = new PluginProblem(reason, remedy) };

    private static bool IsAssembly(string file) => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
}
