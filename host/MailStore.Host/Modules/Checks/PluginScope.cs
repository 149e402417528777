using System.Reflection.Metadata;

namespace MailStore.Host.Modules;

/// <summary>What the references of one plugin lead to: the host's assemblies, or its own where it brings one that is not always the host's. Used by one thread.</summary>
internal sealed class PluginScope(PluginFile plugin, PluginAssemblies assemblies, HostAssemblies host) : IAssemblySource
{
    private readonly Dictionary<string, string> _own = plugin.Files.Where(PluginAssemblies.IsAssembly)
        .GroupBy(file => Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => group.First(), StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, AssemblyTypes?> _read = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a reference leads to the host's.</summary>
    public bool IsHosts(string name) => host.IsAlwaysShared(name) || !_own.ContainsKey(name);

    public AssemblyTypes? Find(string name)
    {
        if (IsHosts(name))
            return host.Find(name);
        if (!_read.TryGetValue(name, out var known))
        {
            MetadataReader? metadata = assemblies.Read(_own[name]).Metadata;
            _read.Add(name, known = metadata is null ? null : new AssemblyTypes(name, metadata));
        }

        return known;
    }
}
