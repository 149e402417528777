namespace MailStore.Host.Configuration;

/// <summary>The configuration as read and checked, but for the options of modules, which are bound when their classes are known.</summary>
internal sealed class HostConfiguration
{
    /// <summary>The absolute path of the file, or null when none was found and the defaults serve. Messages name it as the administrator did.</summary>
    public required string? File { get; init; }

    public required HostOptions Options { get; init; }

    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Absolute.</summary>
    public required string ModulesDirectory { get; init; }

    /// <summary>
    /// Whether no configuration says <c>modules_dir</c>. Where the default does not exist then, a <c>modules.d</c> beside or above the program serves
    /// instead; one that the administrator named never gives way to another.
    /// </summary>
    public bool ModulesDirectoryIsDefault { get; init; }

    /// <summary>Every module that is to be constructed: those of the top level's keys, and every <c>[mda.*]</c> table.</summary>
    public required IReadOnlyList<ModuleSection> Modules { get; init; }

    /// <summary>
    /// The <c>[creator.*]</c> and <c>[userdb.*]</c> tables that the top level's keys do not select: their modules are never constructed, but must
    /// exist, and their options must be right, so that switching over brings no surprise.
    /// </summary>
    public IReadOnlyList<ModuleSection> UnusedModules { get; init; } = [];

    /// <summary>
    /// The <c>[domain."…"]</c> tables by domain in lower case. The host's keys in them (<c>mda</c>, <c>enabled</c>) are checked; the others are by
    /// <see cref="DomainChecker"/>, once the modules are known.
    /// </summary>
    public required IReadOnlyDictionary<string, ConfigTable> Domains { get; init; }

    /// <summary>The table <c>[policy]</c>; its keys are checked by <see cref="PolicyChecker"/>, once the modules are known.</summary>
    public SettingsPolicy Policy { get; init; } = SettingsPolicy.None;

    /// <summary>The top-level table as read, for 'config show'; null when no file was found.</summary>
    public required ConfigTable? Root { get; init; }

    /// <summary>Mistakes found so far, in the order of the file. Nothing starts while there is one; they are gathered so that all are told in one go.</summary>
    public required IReadOnlyList<Mistake> Mistakes { get; init; }
}
