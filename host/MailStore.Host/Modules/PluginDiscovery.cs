namespace MailStore.Host.Modules;

/// <summary>
/// Finds the plugins of a modules directory, each a folder, or a DLL with its <c>.deps.json</c>. By their metadata only: none of their code runs. What
/// cannot be used is found as well, with the reason.
/// </summary>
internal sealed class PluginDiscovery
{
    private readonly IReadOnlyList<IPluginCheck> _checks;
    private readonly PinPolicy? _pins;

    private PluginDiscovery(IReadOnlyList<IPluginCheck> checks, PinPolicy? pins)
    {
        _checks = checks;
        _pins = pins;
    }

    /// <summary>All plugins, by name.</summary>
    /// <param name="pins">What the plugins have to look like; null where that is not asked.</param>
    /// <exception cref="IOException">The directory cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory cannot be listed.</exception>
    public static IReadOnlyList<PluginFile> Discover(string modulesDirectory, PinPolicy? pins = null)
    {
        var look = new PluginDiscovery(PluginChecks.InPlace(modulesDirectory, pins), pins);
        var plugins = new List<PluginFile>();
        var dependencies = Directory.EnumerateFiles(modulesDirectory, "*.deps.json").SelectMany(DepsFile.FilesOf).ToHashSet();
        foreach (var path in Directory.EnumerateFileSystemEntries(modulesDirectory))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith('.'))
                continue;
            if (Directory.Exists(path))
                plugins.Add(look.InspectFolder(path));
            else if (PluginAssemblies.IsAssembly(name) && (!dependencies.Contains(name) || File.Exists(DepsFile.Beside(path))))
                plugins.Add(look.InspectDll(path));
        }

        return [.. plugins.OrderBy(plugin => plugin.Name, StringComparer.Ordinal)];
    }

    /// <summary>One plugin, wherever it is: a folder, or a DLL.</summary>
    /// <param name="path">Absolute; it exists.</param>
    public static PluginFile InspectAt(string path)
    {
        var look = new PluginDiscovery(PluginChecks.InPlace(null, null), null);
        return Directory.Exists(path) ? look.InspectFolder(path.TrimEnd('/')) : look.InspectDll(path);
    }

    /// <summary>Looks at a plugin again, where it was copied to: what was checked must be what is loaded.</summary>
    /// <param name="original">The plugin as it was found in the modules directory.</param>
    public static PluginFile InspectCopy(PluginFile original, string copiedMainAssembly) =>
        new PluginDiscovery(PluginChecks.OfCopy, null).Inspect(original.Name, copiedMainAssembly, original.Files, original.Pin);

    private PluginFile InspectFolder(string folder)
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

        using var assemblies = new PluginAssemblies(folder);
        var candidates = files.Where(file => PluginAssemblies.IsAssembly(file) && !file.Contains('/')).ToList();
        var announcing = candidates.Where(file => PluginMetadata.TryRead(assemblies, file, Path.Combine(folder, file), out _) is { Announcements.Count: > 0 }).ToList();
        if (announcing.Count > 1)
        {
            return Broken(
                name, folder, $"{folder} holds more than one assembly with modules: {string.Join(", ", announcing)}", "give each plugin a folder of its own");
        }

        var main = announcing.FirstOrDefault()
            ?? candidates.Find(file => files.Contains(Path.GetFileName(DepsFile.Beside(file))))
            ?? candidates.Find(file => string.Equals(Path.GetFileNameWithoutExtension(file), name, StringComparison.OrdinalIgnoreCase))
            ?? (candidates.Count == 1 ? candidates[0] : null);
        return main is null
            ? Broken(name, folder, $"{folder} holds no plugin: none of its {candidates.Count} DLLs announces a module", "copy the files of the plugin into it, or remove it")
            : Inspect(name, Path.Combine(folder, main), files, _pins?.Lock.Find(name), assemblies);
    }

    private PluginFile InspectDll(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var folder = Path.GetDirectoryName(path)!;
        string[] own = [name + ".dll", name + ".deps.json", name + ".pdb", name + ".runtimeconfig.json"];
        string[] files = [.. own.Concat(DepsFile.FilesOf(DepsFile.Beside(path))).Distinct().Where(file => File.Exists(Path.Combine(folder, file)) || file == own[0])];
        return Inspect(name, path, files, _pins?.Lock.Find(name));
    }

    private PluginFile Inspect(string name, string path, IReadOnlyList<string> files, PluginPin? pin)
    {
        using var assemblies = new PluginAssemblies(Path.GetDirectoryName(path)!);
        return Inspect(name, path, files, pin, assemblies);
    }

    private PluginFile Inspect(string name, string path, IReadOnlyList<string> files, PluginPin? pin, PluginAssemblies assemblies)
    {
        var metadata = PluginMetadata.TryRead(assemblies, Path.GetFileName(path), path, out var problem);
        var candidate = new PluginFile
        {
            Name = name,
            Path = path,
            Files = files,
            Version = metadata?.Version,
            SdkVersion = metadata?.SdkVersion,
            Pin = pin,
            Modules = [.. metadata?.Announcements.Where(found => found is { Name: not null, TypeName: not null, Contracts.Count: 1 })
                .Select(found => new PluginModule(found.Contracts[0], found.Name!, found.TypeName!, found.Description)) ?? []],
        };
        return metadata is null ? candidate with { Problem = problem } : candidate with { Look = new Lazy<PluginProblem?>(() => FindProblem(candidate)) };
    }

    private PluginProblem? FindProblem(PluginFile plugin)
    {
        using var assemblies = new PluginAssemblies(Path.GetDirectoryName(plugin.Path)!);
        if (PluginMetadata.TryRead(assemblies, Path.GetFileName(plugin.Path), plugin.Path, out var problem) is not { } metadata)
            return problem;
        try
        {
            return _checks.Select(check => check.Check(plugin, metadata)).FirstOrDefault(found => found is not null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PluginProblem($"{plugin.Path}: its files cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read them");
        }
        catch (Exception exception) // the boundary of a module: the reader throws what it likes for tables that are damaged
        {
            return new PluginProblem($"{plugin.Path}, or a library of its, is damaged: {ForeignException.Describe(exception)}", "copy the plugin's files again from where it was built or downloaded");
        }
    }

    private static PluginFile Broken(string name, string path, string reason, string remedy) =>
        new() { Name = name, Path = path, Problem = new PluginProblem(reason, remedy) };
}
