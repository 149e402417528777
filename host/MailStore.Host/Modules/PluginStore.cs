using System.Reflection;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>
/// The plugins of this run: each is copied to the run's private folder and loaded from there, so that what happens in modules.d meanwhile harms nothing.
/// Used by one thread.
/// </summary>
internal sealed class PluginStore(RunFolder folder, ILogger logger) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _plugins = folder.CreateFolder("plugins");
    private readonly Dictionary<string, (Assembly? Assembly, PluginProblem? Problem)> _loaded = [];

    /// <summary>What was loaded.</summary>
    public List<LoadedPlugin> Loaded { get; } = [];

    /// <summary>Copies and loads a plugin, once.</summary>
    /// <returns>Its assembly, or null and why it cannot be used.</returns>
    public Assembly? Load(PluginFile plugin, out PluginProblem? problem)
    {
        if (!_loaded.TryGetValue(plugin.Path, out var known))
        {
            known.Assembly = plugin.Problem is null ? TryLoad(plugin, out known.Problem) : null;
            known.Problem ??= plugin.Problem;
            _loaded.Add(plugin.Path, known);
        }

        problem = known.Problem;
        return known.Assembly;
    }

    public void Dispose() => folder.Dispose();

    private Assembly? TryLoad(PluginFile plugin, out PluginProblem? problem)
    {
        string copy;
        try
        {
            copy = Copy(plugin);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = new PluginProblem(
                $"{plugin.Path} cannot be copied to {_plugins}: {exception.Message}", "see to the room and the permissions there, and to the plugin's files");
            return null;
        }

        problem = PluginDiscovery.InspectCopy(plugin, copy).Problem;
        if (problem is not null)
            return null;
        try
        {
            var assembly = PluginLoader.Load(copy);
            Loaded.Add(new LoadedPlugin(plugin, Path.GetDirectoryName(copy)!));
            logger.PluginLoaded(plugin.Path, plugin.Version, copy);
            return assembly;
        }
        catch (Exception exception) // the boundary of a module: the runtime throws what it likes for files that are none
        {
            problem = new PluginProblem($"{plugin.Path} cannot be loaded: {ForeignException.Describe(exception)}", "copy the plugin's files again from where it was built or downloaded");
            return null;
        }
    }

    private string Copy(PluginFile plugin)
    {
        var from = Path.GetDirectoryName(plugin.Path)!;
        var name = plugin.Name;
        for (var i = 2; Directory.Exists(Path.Combine(_plugins, name)); i++)
            name = $"{plugin.Name}-{i}"; // a folder and a DLL may be called the same
        var to = folder.CreateFolder(Path.Combine("plugins", name));
        foreach (var file in plugin.Files)
        {
            var target = Path.Combine(to, file);
            folder.CreateFolder(Path.GetDirectoryName(target)!);
            using var source = File.OpenRead(Path.Combine(from, file));
            using var copied = new FileStream(target, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
                BufferSize = 0,
            });
            source.CopyTo(copied);
        }

        return Path.Combine(to, Path.GetFileName(plugin.Path));
    }
}
