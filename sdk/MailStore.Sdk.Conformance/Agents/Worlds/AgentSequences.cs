using System.Collections.Concurrent;

namespace MailStore.Sdk.Conformance;

/// <summary>The sequences of a user database that all hosts of a case share.</summary>
internal sealed class AgentSequences : IUserSequences
{
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);

    public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_last.AddOrUpdate(sequence, 1, (_, last) => last + 1));
    }
}
