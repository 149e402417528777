using System.Collections.Immutable;

namespace MailStore.Sdk;

/// <summary>How far a user database has counted. What goes by it: no version of a record and no number of a sequence is ever given twice. Immutable.</summary>
public sealed record UserDatabaseCounters
{
    /// <summary>No version that was given so far, for any name, is greater. 0: none was given.</summary>
    public long LastVersion { get; init; }

    /// <summary>For each sequence that was ever used, by its name: no number that was given so far is greater. Empty where the database keeps no sequences.</summary>
    public ImmutableSortedDictionary<string, long> Sequences { get; init; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
}
