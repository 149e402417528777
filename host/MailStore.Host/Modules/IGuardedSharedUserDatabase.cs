using System.Globalization;
using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedUserDatabase"/> says where the module's database is an <see cref="ISharedUserDatabase"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedSharedUserDatabase : ISharedUserDatabase
{
    private static readonly CallKind<ISharedUserDatabase, TimeSpan> LeaseCall = new(
        "GetLockLeaseAsync",
        static (shared, cancellationToken) => shared.GetLockLeaseAsync(cancellationToken),
        static (_, lease) => lease > TimeSpan.Zero ? null : string.Create(CultureInfo.InvariantCulture, $"{lease:c}; a lease is longer than nothing"));

    ValueTask<TimeSpan> ISharedUserDatabase.GetLockLeaseAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedUserDatabase)(object)this;
        return guarded.Boundary.CallAsync(LeaseCall, null, (ISharedUserDatabase)guarded.Inner, cancellationToken);
    }
}
