using MailStore.LiteDb.Users;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Creators;

/// <summary>The same with locks that expire by the clock.</summary>
internal sealed class FakeLockingDatabase(TimeProvider clock, IFaults? faults = null) : FakeUserDatabase(faults), IUserLocks
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly UserLocks _locks = new(Lease, clock);

    public int Locked => _locks.Count;

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken)
    {
        await BeforeAsync("Lock", cancellationToken).ConfigureAwait(false);
        return await _locks.LockAsync(name, cancellationToken).ConfigureAwait(false);
    }
}
