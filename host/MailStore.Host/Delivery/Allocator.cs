using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>The creators' view on the MDAs: finds the one that is responsible for a record.</summary>
internal sealed class Allocator(UserDirectory directory, ModuleSet modules, IDeliveryWitness? witness) : IAllocator
{
    public async ValueTask<bool> NeedsAllocationAsync(UserRecord user, CancellationToken cancellationToken) =>
        (await directory.TryParseAsync(user, cancellationToken)).Result is ParseResult.Incomplete;

    public async ValueTask<Allocation> AllocateAsync(UserRecord user, CancellationToken cancellationToken)
    {
        // before anything is made that could not be written down
        if (modules.Users is GuardedUserDatabase { IsReadOnly: true })
            throw GuardedUserDatabase.ReadOnly();
        var parsed = await directory.ParseAsync(user, cancellationToken);
        if (parsed is not { Mda: { } mda, Effective: { } effective })
            throw new ModuleConfigurationException($"user '{user.Name}' cannot be allocated: {((ParseResult.Invalid)parsed.Result).Reason}");
        var allocation = await mda.Agent.AllocateAsync(effective, new AllocationContext(mda.Name, modules.Sequences), cancellationToken);
        witness?.Step(user.Name, $"allocated by mda '{mda.Name}': home {allocation.Values.GetValueOrDefault(Allocation.Home) ?? "none"} (allocation …{allocation.Id[^6..]})");
        return allocation;
    }

    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        if (!modules.Mdas.TryGetValue(lost.Mda, out var mda))
            throw new ModuleConfigurationException($"allocation {lost.Id} was made by mda '{lost.Mda}', which is not configured; add a table [mda.{lost.Mda}]");
        await mda.Agent.ReleaseAsync(current, lost, cancellationToken);
        if (current is not null)
            witness?.Step(current.Name, $"allocation …{lost.Id[^6..]} came second and was released; …{current.Allocation?.Id[^6..]} counts");
    }
}
