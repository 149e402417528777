using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>One plugin of modules.d, usable or broken, as it was found without running any of it.</summary>
internal sealed record PluginFile
{
    /// <summary>The name of its folder, or of its DLL without extension.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path of its main assembly; of its folder where that could not be told.</summary>
    public required string Path { get; init; }

    /// <summary>All that belongs to it: paths relative to the folder of <see cref="Path"/>.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>What it announces; also told of a broken plugin, where that could be read.</summary>
    public IReadOnlyList<PluginModule> Modules { get; init; } = [];

    /// <summary>Its version as its author wrote it, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The version of the SDK that it was built against, or null.</summary>
    public string? SdkVersion { get; init; }

    /// <summary>What <c>modules.lock</c> says of it; null if it is not pinned.</summary>
    public PluginPin? Pin { get; init; }

    /// <summary>Null if it can be used. Where <see cref="Look"/> is set, the plugin is looked at when this is asked for first, which takes some milliseconds.</summary>
    public PluginProblem? Problem
    {
        get => field ?? Look?.Value;
        init;
    }

    /// <summary>Looks at its files. Not at once: most plugins that a start finds are none of its configuration's.</summary>
    public Lazy<PluginProblem?>? Look { private get; init; }

    public PluginModule? Find(ModuleKind kind, string name) => Modules.FirstOrDefault(module => module.Kind == kind && module.Name == name);
}
