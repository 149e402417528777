using System.Collections.Concurrent;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Counts in memory.</summary>
internal sealed class FakeSequences : IUserSequences
{
    private long _last;

    public ConcurrentBag<string> Asked { get; } = [];

    public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken)
    {
        Asked.Add(sequence);
        return new ValueTask<long>(Interlocked.Increment(ref _last));
    }
}
