namespace MailStore.Host.Configuration;

/// <summary>Checks the keys of <c>[policy]</c> against the options of the MDAs, once their classes are known.</summary>
internal static class PolicyChecker
{
    /// <summary>Each key has to be a user setting of one of the configured MDAs.</summary>
    /// <param name="mdas">The options classes by instance; one without options may be left out.</param>
    public static void Check(SettingsPolicy policy, IReadOnlyDictionary<string, Type> mdas, ICollection<Mistake> mistakes)
    {
        var schemas = mdas.ToDictionary(mda => mda.Key, mda => OptionsSchema.For(mda.Value));
        var settings = schemas.Values.SelectMany(schema => schema.UserSettings).ToHashSet();
        foreach (var (key, (_, entry)) in policy.Rules.Where(rule => !settings.Contains(rule.Key)))
        {
            mistakes.Add(entry.Mistake(schemas.FirstOrDefault(schema => schema.Value.Paths.ContainsKey(key)) is { Key: { } owner }
                ? $"'{key}' of mda '{owner}' is the administrator's alone: no record can set it, so take it out of [{SettingsPolicy.Table}]"
                : $"'{key}' in [{SettingsPolicy.Table}] is not a setting of any configured MDA{Suggestion.Ask(key, settings)}"));
        }
    }
}
