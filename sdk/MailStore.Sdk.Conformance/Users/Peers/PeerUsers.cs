namespace MailStore.Sdk.Conformance;

/// <summary>The database as the other process has it open.</summary>
internal sealed class PeerUsers(PeerProcess peer) : IUserDatabase, IUserLocks, IUserSequences
{
    public PeerProcess Process => peer;

    public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await peer.AskAsync(new PeerLine(0) { Call = "find", Name = name }, cancellationToken)).User?.ToRecord();

    public async ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) =>
        (await AskAsync("add", user, cancellationToken)).User?.ToRecord();

    public async ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) =>
        (await AskAsync("replace", user, cancellationToken)).User?.ToRecord();

    public async ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) =>
        (await AskAsync("remove", user, cancellationToken)).Number == 1;

    public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) =>
        throw new NotSupportedException("no case lists by the other process");

    public async ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken) =>
        (await peer.AskAsync(new PeerLine(0) { Call = "next", Name = sequence }, cancellationToken)).Number;

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken) =>
        new Held(peer, (await peer.AskAsync(new PeerLine(0) { Call = "lock", Name = name }, cancellationToken)).Number);

    private Task<PeerLine> AskAsync(string call, UserRecord user, CancellationToken cancellationToken) =>
        peer.AskAsync(new PeerLine(0) { Call = call, User = PeerUser.From(user) }, cancellationToken);

    private sealed class Held : IUserLock
    {
        private readonly PeerProcess _peer;
        private readonly long _number;
        private readonly CancellationTokenSource _lost = new();
        private int _disposed;

        public Held(PeerProcess peer, long number)
        {
            (_peer, _number) = (peer, number);
            _ = WatchAsync();
        }

        public CancellationToken Lost => _lost.Token;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                await _peer.AskAsync(new PeerLine(0) { Call = "unlock", Number = _number }, CancellationToken.None);
        }

        private async Task WatchAsync()
        {
            try
            {
                await _peer.AskAsync(new PeerLine(0) { Call = "lost", Number = _number }, CancellationToken.None);
                await _lost.CancelAsync();
            }
            catch (Exception exception) when (exception is PeerGoneException or InvalidOperationException)
            {
                // nobody can tell any more; who looks at Lost waits in vain, and says so
            }
        }
    }
}
