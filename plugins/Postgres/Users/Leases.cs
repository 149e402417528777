using System.Collections.Concurrent;
using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Postgres.Users;

/// <summary>
/// Locks as leases in a table: taken for some time, renewed while their holder lives, free when he does not. Of one host one at a time asks for a name; the
/// others wait for their turn here.
/// </summary>
internal sealed class Leases(Database database, LeaseRows rows, TimeSpan time, TimeProvider clock, ILogger logger) : IUserLocks, IAsyncDisposable
{
    // for one that was let go and whose notice was missed
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    private readonly KeyedGates _gates = new();
    private readonly ConcurrentDictionary<Guid, Lease> _held = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;

    public void Start() => _renewing = Task.Run(RenewAllAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        _stop.Dispose();
    }

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var key = UserKey.Of(name);
        var text = Convert.ToBase64String(key);
        await _gates.EnterAsync(text, cancellationToken).ConfigureAwait(false);
        try
        {
            return await TakeAsync(key, text, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _gates.Leave(text);
            throw;
        }
        finally
        {
            _waiting.TryRemove(text, out _);
        }
    }

    /// <summary>A lock was let go by some host.</summary>
    public void Hear(string name)
    {
        if (_waiting.TryGetValue(name, out var waiting))
            waiting.TrySetResult();
    }

    internal async Task LeaveAsync(Lease lease)
    {
        _held.TryRemove(lease.Holder, out _);
        await TryLeaveAsync(lease.Key, lease.Holder, lease.Name).ConfigureAwait(false);
        _gates.Leave(lease.Name);
    }

    internal void Forget(Lease lease)
    {
        _held.TryRemove(lease.Holder, out _);
        _gates.Leave(lease.Name);
    }

    private async Task<Lease> TakeAsync(byte[] key, string name, CancellationToken cancellationToken)
    {
        var holder = Guid.NewGuid();
        while (true)
        {
            var freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[name] = freed;
            var asked = clock.GetTimestamp();
            if (await TryTakeAsync(key, holder, name).ConfigureAwait(false) is not { } wait)
            {
                if (!cancellationToken.IsCancellationRequested)
                    return Hold(new Lease(this, key, name, holder, time, asked, clock));
                await TryLeaveAsync(key, holder, name).ConfigureAwait(false);
                throw new OperationCanceledException(cancellationToken);
            }

            var limit = wait < LongestWait ? wait : LongestWait;
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(freed.Task, Task.Delay(limit + TimeSpan.FromMilliseconds(1), clock, enough.Token)).ConfigureAwait(false);
            await enough.CancelAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<TimeSpan?> TryTakeAsync(byte[] key, Guid holder, string name)
    {
        var isSent = false;
        try
        {
            return await rows.TryTakeAsync(key, holder, () => isSent = true).ConfigureAwait(false);
        }
        catch (TemporaryFailureException) when (isSent)
        {
            // it may be taken all the same, and would keep everybody from the user for the time of a lease
            await TryLeaveAsync(key, holder, name).ConfigureAwait(false);
            throw;
        }
    }

    private Lease Hold(Lease lease)
    {
        _held[lease.Holder] = lease;

        // one that was lost before it was put there is forgotten here
        if (lease.Lost.IsCancellationRequested)
            _held.TryRemove(lease.Holder, out _);
        return lease;
    }

    private async Task TryLeaveAsync(byte[] key, Guid holder, string name)
    {
        try
        {
            await rows.LeaveAsync(key, holder, name).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleConfigurationException)
        {
            // free after the lease, by itself
            logger.LockNotLeft(database.Place, e.Message);
        }
    }

    private async Task RenewAllAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(time / 4, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var holders = _held.Keys.ToArray();
            if (holders.Length == 0 || _stop.IsCancellationRequested)
                continue;
            try
            {
                var asked = clock.GetTimestamp();
                var renewed = await rows.RenewAsync(holders, _stop.Token).ConfigureAwait(false);
                foreach (var holder in holders)
                {
                    if (!_held.TryGetValue(holder, out var lease))
                        continue;
                    if (renewed.Contains(holder))
                        lease.Extend(asked);
                    else
                        lease.Lose();
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
            catch (Exception e) // a loop of the module's own: tried again, whatever it is; leases that cannot be renewed in time are lost
            {
                logger.NotRenewed(database.Place, e.Message);
            }
        }
    }
}
