using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Creators;

/// <summary>
/// A database on the other side of a bad line: a write may fail before it was done, after it was done, or be done much later, after its caller was told that it
/// failed; a read may fail. Each call takes its steps of the interleaving.
/// </summary>
internal sealed class HostileDatabase(Interleaving interleaving) : FakeUserDatabase(new Steps(interleaving))
{
    private readonly List<UserRecord> _late = [];

    public int Late => _late.Count;

    public override async ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken)
    {
        if (interleaving.Random.Next(6) != 0)
            return await base.TryReplaceAsync(user, cancellationToken).ConfigureAwait(false);
        _late.Add(user);
        await interleaving.StepAsync().ConfigureAwait(false);
        throw new IOException("the line broke; the write is still on its way");
    }

    /// <summary>One of the writes on their way arrives.</summary>
    public void Arrive()
    {
        if (_late.Count == 0)
            return;
        var index = interleaving.Random.Next(_late.Count);
        Replace(_late[index]);
        _late.RemoveAt(index);
    }

    private sealed class Steps(Interleaving interleaving) : IFaults
    {
        public async ValueTask BeforeAsync(string call, CancellationToken cancellationToken)
        {
            await interleaving.StepAsync().ConfigureAwait(false);
            if (interleaving.Random.Next(12) == 0)
                throw new IOException($"the line broke before {call}");
        }

        public async ValueTask AfterAsync(string call, CancellationToken cancellationToken)
        {
            await interleaving.StepAsync().ConfigureAwait(false);
            if (interleaving.Random.Next(12) == 0)
                throw new IOException($"the line broke after {call}");
        }
    }
}
