namespace MailStore.Host.Modules;

/// <summary>What an assembly says of itself in its metadata, read without loading it.</summary>
/// <param name="Announcements">Its <c>MailStoreModule</c> attributes: name and class.</param>
internal sealed record PluginMetadata(IReadOnlyList<PluginMetadata.Announcement> Announcements, string? Version, string? SdkVersion)
{
    /// <summary>One <c>MailStoreModule</c> attribute.</summary>
    /// <param name="Contracts">The kinds whose contract the class implements.</param>
    /// <param name="TypeFound">Whether the class is in the same assembly.</param>
    internal sealed record Announcement(
        string? Name, string? TypeName, bool TypeFound, IReadOnlyList<Configuration.ModuleKind> Contracts, string? Description);

    /// <summary>The framework that it was compiled for, as <c>.NETCoreApp,Version=v10.0</c>; null where it does not say.</summary>
    public string? TargetFramework { get; init; }

    /// <summary>All DLLs of the plugin, for as long as it is looked at.</summary>
    public PluginAssemblies? Assemblies { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="problem">Why it could not be read; null if it could.</param>
    /// <returns>Null if it could not be read.</returns>
    public static PluginMetadata? TryRead(string path, out PluginProblem? problem)
    {
        using var assemblies = new PluginAssemblies(Path.GetDirectoryName(path)!);
        return TryRead(assemblies, Path.GetFileName(path), path, out problem);
    }

    /// <summary>Reads a file of a plugin.</summary>
    /// <param name="file">Relative to the plugin's folder.</param>
    /// <param name="path">The same for messages.</param>
    public static PluginMetadata? TryRead(PluginAssemblies assemblies, string file, string path, out PluginProblem? problem)
    {
        const string copyAgain = "copy the plugin's files again from where it was built or downloaded, or remove this one";
        problem = null;
        try
        {
            var assembly = assemblies.Read(file);
            if (assembly.Metadata is not null)
                return new PluginMetadataReader(assembly.Metadata).Read() with { Assemblies = assemblies };
            problem = new PluginProblem($"{path} {assembly.Damage}", copyAgain);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = new PluginProblem($"{path} cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read it, or remove it");
        }
        catch (Exception) // the boundary of a module: the reader throws what it likes for tables that are damaged
        {
            problem = new PluginProblem($"{path} is not a .NET assembly, or is damaged", copyAgain);
        }

        return null;
    }
}
