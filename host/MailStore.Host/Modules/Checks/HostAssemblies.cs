using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>
/// The assemblies that the host provides to plugins: the SDK, Logging.Abstractions and the frameworks, read from the files that the runtime takes them from. What was
/// read is kept while somebody uses it, and for as long after as memory is not needed.
/// </summary>
internal sealed class HostAssemblies : IAssemblySource
{
    private static readonly WeakReference<HostAssemblies?> Shared = new(null);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _paths = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AssemblyTypes?> _read = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _passed = [];
    private readonly HashSet<string> _always = new(StringComparer.OrdinalIgnoreCase);

    private HostAssemblies()
    {
        // what the runtime was started with: the frameworks and the program's own
        var trusted = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var frameworks = trusted.Where(path => Path.GetFileName(path) is "System.Private.CoreLib.dll" or "Microsoft.AspNetCore.dll")
            .Select(path => Path.GetDirectoryName(path)).ToHashSet();
        foreach (var path in trusted)
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (name == Sdk || name == Logging || frameworks.Contains(Path.GetDirectoryName(path)))
                _paths.TryAdd(name, path);
        }

        Share(Sdk);
        Share(Logging);
    }

    public static string Sdk { get; } = typeof(MailStoreModuleAttribute).Assembly.GetName().Name!;

    public static string Logging { get; } = typeof(ILogger).Assembly.GetName().Name!;

    public static HostAssemblies Current
    {
        get
        {
            lock (Shared)
            {
                if (!Shared.TryGetTarget(out var current))
                    Shared.SetTarget(current = new HostAssemblies());
                return current;
            }
        }
    }

    /// <summary>
    /// Whether the host's is taken whatever the plugin brings along: the SDK and Logging.Abstractions, and all that they refer to, since the loader shares that with them.
    /// </summary>
    public bool IsAlwaysShared(string name) => _always.Contains(name);

    public AssemblyTypes? Find(string name)
    {
        lock (_lock)
        {
            if (!_read.TryGetValue(name, out var assembly))
                _read.Add(name, assembly = Read(name));
            return assembly;
        }
    }

    /// <summary>Whether these contents of a plugin were found to need nothing that the host lacks: its private copy need not be gone through again where it is the same.</summary>
    public bool HasPassed(string contents)
    {
        lock (_lock)
            return _passed.Contains(contents);
    }

    public void Passed(string contents)
    {
        lock (_lock)
            _passed.Add(contents);
    }

    private AssemblyTypes? Read(string name)
    {
        if (!_paths.TryGetValue(name, out var path))
            return null;
        // not disposed: the metadata is read later, and is given back with the last who refers to it
        var file = new PEReader(File.OpenRead(path));
        return file.HasMetadata ? new AssemblyTypes(name, file.GetMetadataReader()) : null;
    }

    private void Share(string name)
    {
        if (Find(name) is not { } assembly || !_always.Add(name))
            return;
        foreach (var handle in assembly.Metadata.AssemblyReferences)
            Share(assembly.Metadata.GetString(assembly.Metadata.GetAssemblyReference(handle).Name));
    }
}
