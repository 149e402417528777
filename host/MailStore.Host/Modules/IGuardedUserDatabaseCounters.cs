using System.Globalization;
using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedUserDatabase"/> tells where the module's database is an <see cref="IUserDatabaseCounters"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedUserDatabaseCounters : IUserDatabaseCounters
{
    private static readonly CallKind<IUserDatabaseCounters, UserDatabaseCounters> GetCall = new(
        "GetCountersAsync",
        static (counters, cancellationToken) => counters.GetCountersAsync(cancellationToken),
        static (_, told) => told is null or { Sequences: null } ? "null"
            : told.LastVersion < 0 || told.Sequences.Values.Any(number => number < 0) ? string.Create(CultureInfo.InvariantCulture, $"version {told.LastVersion}, or numbers, below 0") : null);

    private static readonly CallKind<(IUserDatabaseCounters Counters, UserDatabaseCounters From), bool> RaiseCall = new(
        "RaiseCountersAsync",
        static async (call, cancellationToken) =>
        {
            await call.Counters.RaiseCountersAsync(call.From, cancellationToken);
            return true;
        });

    ValueTask<UserDatabaseCounters> IUserDatabaseCounters.GetCountersAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedUserDatabase)(object)this;
        return guarded.Boundary.CallAsync(GetCall, null, (IUserDatabaseCounters)guarded.Inner, cancellationToken);
    }

    async ValueTask IUserDatabaseCounters.RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken)
    {
        var guarded = (GuardedUserDatabase)(object)this;
        if (guarded.IsReadOnly)
            throw GuardedUserDatabase.ReadOnly();
        await guarded.Boundary.CallAsync(RaiseCall, null, ((IUserDatabaseCounters)guarded.Inner, counters), cancellationToken);
    }
}
