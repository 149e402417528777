using MailStore.Host.Modules;

namespace MailStore.Host.Admin;

/// <summary>
/// One line of <c>mailstore module list --json</c>: an instance of a module; a module that nobody configured; or a plugin of which no module is known. What
/// there is nothing to say of is null, and left out.
/// </summary>
internal sealed record ModuleView
{
    /// <summary>The main assembly in modules.d; of a plugin that has none, its folder.</summary>
    public required string File { get; init; }

    public string? Kind { get; init; }

    public string? Module { get; init; }

    /// <summary>Its name in the configuration: <c>archive</c> for <c>[mda.archive]</c>.</summary>
    public string? Instance { get; init; }

    /// <summary>The plugin's version: the one that runs where it runs.</summary>
    public string? Version { get; init; }

    /// <summary>The version of the SDK that the plugin was built against.</summary>
    public string? SdkVersion { get; init; }

    /// <summary>See <see cref="ModuleState"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why the state is what it is, and what else is to be known.</summary>
    public string? Reason { get; init; }

    /// <summary>What to do.</summary>
    public string? Remedy { get; init; }

    /// <summary>Since the start of the server.</summary>
    public long? Faults { get; init; }

    /// <summary>Calls that were given up and did not come back.</summary>
    public int? Hanging { get; init; }

    public string? LastFault { get; init; }

    public DateTimeOffset? LastFaultAt { get; init; }

    /// <summary>Whether a restart of the server changes something: it is faulted, or a new server would have another one.</summary>
    public bool? RestartNeeded { get; init; }

    /// <summary>What would be loaded at the next start, where that is another version.</summary>
    public string? NextVersion { get; init; }

    /// <summary>See <see cref="PluginFingerprint"/>; of what runs where it runs.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>As the server that runs it tells it.</summary>
    public static ModuleView Of(ModuleInstance instance, IReadOnlyList<LoadedPlugin> plugins)
    {
        var (identity, boundary) = (instance.Identity, instance.Boundary);
        var plugin = plugins.FirstOrDefault(plugin => plugin.File.Path == identity.File);
        var because = boundary.FaultedBecause;
        return new ModuleView
        {
            File = identity.File,
            Kind = identity.Kind.ToText(),
            Module = identity.Module,
            Instance = identity.Instance,
            Version = plugin?.File.Version,
            SdkVersion = plugin?.File.SdkVersion,
            State = because is null ? ModuleState.Running : ModuleState.Faulted,
            Reason = because is null ? null : $"it {because}; it is called no more, and mails that need it are answered 451",
            Remedy = because is null ? null : "restart the server; if it happens again, tell the module's author what its log says",
            Faults = boundary.Faults,
            Hanging = boundary.Hanging,
            LastFault = boundary.LastFault?.Text,
            LastFaultAt = boundary.LastFault?.At,
            RestartNeeded = because is null ? null : true,
            Fingerprint = plugin?.Fingerprint,
        };
    }
}
