using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedAgent"/> does where the module's agent is an <see cref="IStorageInspection"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedStorageInspection : IStorageInspection
{
    IAsyncEnumerable<Finding> IStorageInspection.InspectUserAsync(EffectiveUser user, Inspection inspection, CancellationToken cancellationToken) =>
        List(this, user.Name, nameof(InspectUserAsync), (module, token) => module.InspectUserAsync(user, inspection, token), cancellationToken);

    IAsyncEnumerable<Finding> IStorageInspection.InspectPlacesAsync(IUserRecords records, Inspection inspection, CancellationToken cancellationToken) =>
        List(this, null, nameof(InspectPlacesAsync), (module, token) => module.InspectPlacesAsync(records, inspection, token), cancellationToken);

    private static GuardedSequence<Finding> List(
        object self, string? user, string member, Func<IStorageInspection, CancellationToken, IAsyncEnumerable<Finding>> list, CancellationToken cancellationToken)
    {
        var guarded = (GuardedAgent)self;
        return new GuardedSequence<Finding>(
            guarded.Boundary,
            user,
            member,
            token => list((IStorageInspection)guarded.Inner, token),
            static finding => finding is { Kind: not null, Place: not null, What: not null } ? null : "null among the findings",
            cancellationToken);
    }
}
