using System.Collections.Immutable;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>How far a user database has counted, as the first line of <c>user list --json</c> tells it.</summary>
internal sealed record CountersView(long Version, IReadOnlyDictionary<string, long> Sequences)
{
    public static CountersView Of(UserDatabaseCounters counters) => new(counters.LastVersion, counters.Sequences);

    public UserDatabaseCounters ToCounters() => new() { LastVersion = Version, Sequences = Sequences.ToImmutableSortedDictionary(StringComparer.Ordinal) };
}
