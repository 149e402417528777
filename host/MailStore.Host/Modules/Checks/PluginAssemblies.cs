namespace MailStore.Host.Modules;

/// <summary>The DLLs of one plugin, each read once for all checks. Used by one thread.</summary>
internal sealed class PluginAssemblies(string folder) : IDisposable
{
    private readonly Dictionary<string, PluginAssembly> _read = [];

    public static bool IsAssembly(string file) => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);

    /// <param name="file">A path relative to the plugin's folder.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public PluginAssembly Read(string file)
    {
        if (!_read.TryGetValue(file, out var assembly))
            _read.Add(file, assembly = PluginAssembly.Read(Path.Combine(folder, file)));
        return assembly;
    }

    public void Dispose()
    {
        foreach (var assembly in _read.Values)
            assembly.Dispose();
    }
}
