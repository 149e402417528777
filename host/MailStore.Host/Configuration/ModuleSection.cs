namespace MailStore.Host.Configuration;

/// <summary>A module that the configuration names: by a table, by a key of the top level, or both.</summary>
/// <param name="Kind">Which contract.</param>
/// <param name="Instance">The name of the table: <c>archive</c> for <c>[mda.archive]</c>.</param>
/// <param name="Module">The name of the module: the key <c>module</c> of the table, else <paramref name="Instance"/>.</param>
/// <param name="Table">Its options (without <c>module</c>); null where the configuration has no table for it.</param>
/// <param name="NamedAt">Where the configuration asks for it, for messages; null when only a default does.</param>
internal sealed record ModuleSection(ModuleKind Kind, string Instance, string Module, ConfigTable? Table, ConfigEntry? NamedAt)
{
    /// <summary>As in the file, for messages: <c>[mda.archive]</c>.</summary>
    public string Title => $"[{Kind.Key()}.{Instance}]";

    /// <summary>
    /// The options to bind. Where the configuration has no table, an empty one with this section's title and place, so that a
    /// required option that is missing is told with the table that it belongs into.
    /// </summary>
    public ConfigTable OptionsTable => Table ?? new ConfigTable(Title, NamedAt?.File ?? "", NamedAt?.Line ?? 0, NamedAt?.Column ?? 0);

    /// <summary>A mistake at the place where the configuration asks for the module.</summary>
    public Mistake Mistake(string message) => NamedAt?.Mistake(message) ?? new Mistake("", 0, 0, message);
}
