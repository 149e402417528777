namespace MailStore.Host.Configuration;

/// <summary>A module that the configuration names: by a table, by a key of the top level, or both.</summary>
/// <param name="Kind">Which contract.</param>
/// <param name="Instance">The name of the table: <c>archive</c> for <c>[mda.archive]</c>.</param>
/// <param name="Module">The name of the module: the key <c>module</c> of the table, else <paramref name="Instance"/>.</param>
/// <param name="Table">Its options (without <c>module</c>); null where the configuration has no table for it.</param>
/// <param name="NamedAt">Where the configuration asks for it, for messages; null when only a default does.</param>
internal sealed record ModuleSection(ModuleKind Kind, string Instance, string Module, ConfigTable? Table, ConfigEntry? NamedAt);
