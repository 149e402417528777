namespace MailStore.Host.Configuration;

/// <summary>
/// The table <c>[policy]</c>: of which settings the word of a record counts. It is asked when a record is parsed, not for each mail.
/// </summary>
/// <param name="rules">By the setting's name in a record, dotted for nested options; each with its place in the file.</param>
internal sealed class SettingsPolicy(IReadOnlyDictionary<string, (PolicyRule Rule, ConfigEntry Entry)> rules)
{
    public const string Table = "policy";

    public static SettingsPolicy None { get; } = new(new Dictionary<string, (PolicyRule, ConfigEntry)>());

    public IReadOnlyDictionary<string, (PolicyRule Rule, ConfigEntry Entry)> Rules => rules;

    public bool IsEmpty => rules.Count == 0;

    public PolicyRule RuleFor(string key) => rules.TryGetValue(key, out var said) ? said.Rule : PolicyRule.User;

    /// <summary>As the file may say it: <c>[policy] quota = "override"</c>.</summary>
    public string Text(string key) => Text(key, Word(RuleFor(key)));

    public static string Text(string key, string rule) => $"[{Table}] {TomlText.Key(key)} = {TomlText.String(rule)}";

    public static string Word(PolicyRule rule) => rule switch
    {
        PolicyRule.Override => "override",
        PolicyRule.Ignore => "ignore",
        _ => "user",
    };

    /// <summary>Whether what a record says of a setting does not count.</summary>
    /// <param name="layers">All that are laid over the module's table for the user; those of records say nothing here.</param>
    public bool PassesOver(string key, ConfigTable? moduleTable, IReadOnlyList<SettingsLayer> layers) => RuleFor(key) switch
    {
        PolicyRule.Ignore => true,
        PolicyRule.Override => moduleTable?.FindDotted(key) is not null || layers.Any(layer => !layer.IsOfRecord && layer.Values.Any(value => value.Key == key)),
        _ => false,
    };
}
