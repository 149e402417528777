namespace MailStore.Sdk;

/// <summary>Implemented by a user database that can count: numbers never given twice, for all hosts that share it.</summary>
public interface IUserSequences
{
    /// <summary>Takes the next number. Durable before it returns: also after a power cut no number comes twice. Gaps are allowed.</summary>
    /// <param name="sequence">The name of the sequence; it is made when first asked for. Lower-case letters, digits, hyphens.</param>
    /// <param name="cancellationToken">Gives the call up; the number may then be lost.</param>
    /// <returns>1 for the first one, then rising.</returns>
    /// <exception cref="TemporaryFailureException">The database is out of reach.</exception>
    ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken);
}
