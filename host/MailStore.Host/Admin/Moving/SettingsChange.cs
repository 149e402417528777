using System.Collections.Immutable;

namespace MailStore.Host.Admin.Moving;

/// <summary>What changes in the settings of a record when another place becomes its user's. What others change meanwhile stays.</summary>
internal sealed record SettingsChange
{
    public IReadOnlyDictionary<string, string> Set { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public IReadOnlyList<string> Unset { get; init; } = [];

    public ImmutableSortedDictionary<string, string> ApplyTo(ImmutableSortedDictionary<string, string> settings) => settings.RemoveRange(Unset).SetItems(Set);

    /// <summary>What undoes it.</summary>
    /// <param name="settings">As they were before.</param>
    public SettingsChange ReverseFor(ImmutableSortedDictionary<string, string> settings) => new()
    {
        Set = settings.Where(setting => Set.ContainsKey(setting.Key) || Unset.Contains(setting.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal),
        Unset = [.. Set.Keys.Where(key => !settings.ContainsKey(key))],
    };
}
