using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedUserDatabase"/> does where the module's database is an <see cref="IUserLocks"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedUserLocks : IUserLocks
{
    // longer than any creator waits: a lock that another holds is no fault of the database
    private static readonly CallKind<(IUserLocks Locks, string Name, ModuleBoundary Boundary), IUserLock> LockCall = new(
        "LockAsync",
        static async (call, cancellationToken) =>
        {
            var held = await call.Locks.LockAsync(call.Name, cancellationToken);
            return held is null ? null! : new GuardedUserLock(held, call.Boundary, call.Name, held.Lost);
        },
        static (_, held) => held is null ? "null" : null,
        Patience.Long);

    ValueTask<IUserLock> IUserLocks.LockAsync(string name, CancellationToken cancellationToken)
    {
        var guarded = (GuardedUserDatabase)(object)this;
        return guarded.Boundary.CallAsync(LockCall, name, ((IUserLocks)guarded.Inner, name, guarded.Boundary), cancellationToken);
    }
}
