using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>How far a user database has counted, as the first line of <c>user list --json</c> tells it.</summary>
internal sealed record CountersView(long Version, IReadOnlyDictionary<string, long> Sequences)
{
    // further no database has counted; and a counter at its end would leave no user to be added
    private const long Most = 1L << 53;

    /// <summary>Whether a database can have counted so.</summary>
    [JsonIgnore]
    public bool IsPossible => IsCount(Version) && Sequences is not null && Sequences.All(sequence => IsCount(sequence.Value)
        && sequence.Key.Length is > 0 and <= 100 && sequence.Key.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'));

    public static CountersView Of(UserDatabaseCounters counters) => new(counters.LastVersion, counters.Sequences);

    public UserDatabaseCounters ToCounters() => new() { LastVersion = Version, Sequences = Sequences.ToImmutableSortedDictionary(StringComparer.Ordinal) };

    private static bool IsCount(long number) => number is >= 0 and <= Most;
}
