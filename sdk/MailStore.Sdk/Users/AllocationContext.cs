using System.Collections.Immutable;

namespace MailStore.Sdk;

/// <summary>What an MDA is given to make one allocation with. Used for one call of <see cref="IMailDeliveryAgent.AllocateAsync"/>.</summary>
/// <param name="mda">The name of the MDA's instance.</param>
/// <param name="sequences">The sequences of the user database, or null where it has none.</param>
public sealed class AllocationContext(string mda, IUserSequences? sequences)
{
    /// <summary>The id that the allocation will bear: unique for each attempt, made of letters and digits that sort by time.</summary>
    public string AllocationId { get; } = Guid.CreateVersion7().ToString("n");

    /// <summary>The name of the MDA's instance.</summary>
    public string Mda { get; } = mda;

    /// <summary>Where the user has his mail, by this instance or another, while he is moved to the place that is asked for: it stays his. Null for one who has no place yet.</summary>
    public Allocation? Current { get; init; }

    /// <summary>Takes the next number of a sequence of the user database, such as a uid. Never given twice in the cluster; gaps are normal.</summary>
    /// <param name="sequence">The name of the sequence; lower-case letters, digits, hyphens.</param>
    /// <param name="cancellationToken">Gives up waiting; the number may then be lost.</param>
    /// <returns>1 for the first one, then rising.</returns>
    /// <exception cref="ModuleConfigurationException">The user database keeps no sequences.</exception>
    /// <exception cref="TemporaryFailureException">The user database is out of reach.</exception>
    public ValueTask<long> NextNumberAsync(string sequence, CancellationToken cancellationToken) =>
        sequences?.NextAsync(sequence, cancellationToken) ?? throw new ModuleConfigurationException(
            $"mda '{Mda}' wants a number of the sequence '{sequence}', but the configured user database keeps no sequences; choose another userdb, or options of the MDA that need none");

    /// <summary>Makes the allocation that this attempt came to.</summary>
    /// <param name="form">The version of the form of the values, from 1.</param>
    /// <param name="values">What the MDA needs to find again.</param>
    public Allocation Complete(int form, IEnumerable<KeyValuePair<string, string>> values) => new()
    {
        Id = AllocationId,
        Mda = Mda,
        Form = form,
        Values = values.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };
}
