namespace MailStore.Host.Configuration;

/// <summary>The configuration as read and checked, but for the options of modules, which are bound when their classes are known.</summary>
internal sealed class HostConfiguration
{
    /// <summary>The file, or null when none was found and the defaults serve.</summary>
    public required string? File { get; init; }

    public required HostOptions Options { get; init; }

    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Absolute.</summary>
    public required string ModulesDirectory { get; init; }

    /// <summary>Every module that is to be constructed: those of the top level's keys and of every <c>[mda.*]</c>, <c>[creator.*]</c>, <c>[userdb.*]</c> table.</summary>
    public required IReadOnlyList<ModuleSection> Modules { get; init; }

    /// <summary>The <c>[domain."…"]</c> tables by domain in lower case. The host's keys in them (<c>mda</c>, <c>enabled</c>) are checked; the others are, once the modules are known.</summary>
    public required IReadOnlyDictionary<string, ConfigTable> Domains { get; init; }

    /// <summary>The top-level table as read, for 'config show'; null when no file was found.</summary>
    public required ConfigTable? Root { get; init; }

    /// <summary>Mistakes found so far. Nothing starts while there is one; they are gathered so that all are told in one go.</summary>
    public required IReadOnlyList<Mistake> Mistakes { get; init; }
}
