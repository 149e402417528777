using System.Collections.Concurrent;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>Lets nobody be moved twice at once: in this process by a list, in a cluster by a lock of the user database, which a mover that was killed loses after its lease.</summary>
internal sealed class MoveLocks(ModuleSet modules, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a call that was given up may still keep others away: one that comes back after so long is none to reckon with.</summary>
    private static readonly TimeSpan LateCalls = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, Turn> _turns = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock = clock;

    private IUserLocks? Shared => modules.Users is ISharedUserDatabase ? modules.Locks : null;

    /// <exception cref="AdminException">Another mover has the user.</exception>
    public async Task<Turn> EnterAsync(string user, CancellationToken cancellationToken)
    {
        var turn = new Turn(this, user);
        if (!_turns.TryAdd(user, turn))
            throw Busy(user, "this server");
        try
        {
            if (Shared is { } locks)
                turn.Lock = await LockAsync(locks, user, await LeaseAsync(cancellationToken) + Patience, cancellationToken) ?? throw Busy(user, "another host of the cluster");
            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether somebody moves the user at this moment.</summary>
    public async Task<bool> IsTakenAsync(string user, CancellationToken cancellationToken)
    {
        if (_turns.ContainsKey(user))
            return true;
        if (Shared is not { } locks)
            return false;
        await using var free = await LockAsync(locks, user, Glance, cancellationToken);
        return free is null;
    }

    /// <summary>The administrator's command was run.</summary>
    /// <exception cref="AdminException">Nobody waits for it.</exception>
    public void EndHook(string user)
    {
        if (!_turns.TryGetValue(user, out var turn) || !turn.TryEndHook())
            throw new AdminException(ExitCode.TemporaryFailure, $"user '{user}' is not being moved by this server (any more); run 'mailstore user move {user}' again");
    }

    private async Task<TimeSpan> LeaseAsync(CancellationToken cancellationToken) =>
        modules.Users is ISharedUserDatabase shared ? await shared.GetLockLeaseAsync(cancellationToken) : TimeSpan.Zero;

    private static async Task<IUserLock?> LockAsync(IUserLocks locks, string user, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            return await locks.LockAsync(user, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static AdminException Busy(string user, string who) => new(ExitCode.TemporaryFailure, $"user '{user}' is being moved by {who} right now, mails are imported for him, or a call of his MDA that was given up is not over; 'mailstore user show {user}' says how far a move is");

    /// <summary>The right to move a user.</summary>
    internal sealed class Turn(MoveLocks all, string user) : IAsyncDisposable
    {
        private readonly TaskCompletionSource _hook = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task _late = Task.CompletedTask;

        public IUserLock? Lock { get; set; }

        /// <summary>Cancelled when another mover may have the user.</summary>
        public CancellationToken Lost => Lock?.Lost ?? CancellationToken.None;

        /// <summary>Over when the administrator's command was run.</summary>
        public Task Hook => _hook.Task;

        public bool TryEndHook() => _hook.TrySetResult();

        /// <summary>A call that stores or removes mails of the user was given up and still runs: until it is over nobody else has him, who would not see what it does.</summary>
        public void KeepUntil(Task late) => _late = late;

        public ValueTask DisposeAsync()
        {
            if (_late.IsCompleted)
                return ReleaseAsync();
            _ = ReleaseLateAsync();
            return default;
        }

        private async Task ReleaseLateAsync()
        {
            // never fails; see ModuleFaultException
            await Task.WhenAny(_late, Task.Delay(LateCalls, all._clock));
            try
            {
                await ReleaseAsync();
            }
            catch (Exception e) when (e is TemporaryFailureException or ModuleFaultException)
            {
                // it ends with its lease
            }
        }

        private async ValueTask ReleaseAsync()
        {
            try
            {
                if (Lock is not null)
                    await Lock.DisposeAsync();
            }
            finally
            {
                all._turns.TryRemove(KeyValuePair.Create(user, this));
            }
        }
    }
}
