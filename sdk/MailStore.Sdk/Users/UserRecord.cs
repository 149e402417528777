using System.Collections.Immutable;

namespace MailStore.Sdk;

/// <summary>
/// One user as the user database keeps it. Immutable. Whoever provisions a user writes the name and what is to be forced on him;
/// a creator adds the <see cref="Allocation"/> when his first mail arrives.
/// </summary>
public sealed record UserRecord
{
    private static readonly ImmutableSortedDictionary<string, string> NoSettings =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The address without its detail, normalised by the host: <c>alice@example.org</c>. At most 320 characters (RFC 5321, 4.5.3.1). Databases compare it ordinally.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What the administrator forces on this user: keys and values as text, as <c>quota</c> = <c>1G</c>. The keys are options of
    /// the user's MDA that are marked with <see cref="UserSettingAttribute"/>, and those of the host: <c>mda</c>, <c>enabled</c>, <c>alias</c>.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = NoSettings;

    /// <summary>What an MDA added so that it can deliver; null until the first mail.</summary>
    public Allocation? Allocation { get; init; }

    /// <summary>
    /// Set by the user database at each write; positive once stored, 0 before. A database never uses a version twice for a name,
    /// not even after the user was removed and added again. That a version is greater than an older one is promised, how much is not.
    /// </summary>
    public long Version { get; init; }
}
