using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>An MDA behind its boundary. Its storage can be inspected where the module's can.</summary>
internal sealed class GuardedAgent(IMailDeliveryAgent inner, ModuleBoundary boundary) : IMailDeliveryAgent, IDynamicInterfaceCastable
{
    private static readonly Capabilities Optional = new((typeof(IStorageInspection), typeof(IGuardedStorageInspection)));

    private static readonly CallKind<(IMailDeliveryAgent Agent, EffectiveUser User), ParseResult> ParseCall = new(
        "Parse",
        static (call, _) => new(call.Agent.Parse(call.User)),
        static (_, result) => result switch
        {
            null => "null",
            ParseResult.Ready { Mailbox: null } => "Ready with null for a mailbox",
            ParseResult.Incomplete { Missing: null } => "Incomplete with null for what is missing",
            ParseResult.Invalid { Reason: null } => "Invalid with null for a reason",
            _ => null,
        });

    private static readonly CallKind<(IMailDeliveryAgent Agent, EffectiveUser User, AllocationContext Context), Allocation> AllocateCall = new(
        "AllocateAsync",
        static (call, cancellationToken) => call.Agent.AllocateAsync(call.User, call.Context, cancellationToken),
        static (call, allocation) => allocation switch
        {
            null => "null",
            { Values: null } => "an allocation with null for values",
            _ when allocation.Id != call.Context.AllocationId => $"an allocation with the id '{allocation.Id}' where '{call.Context.AllocationId}' was to be used",
            _ when allocation.Mda != call.Context.Mda => $"an allocation of mda '{allocation.Mda}'",
            { Form: < 1 } => $"an allocation of form {allocation.Form}; forms are counted from 1",
            _ => null,
        });

    private static readonly CallKind<(IMailDeliveryAgent Agent, UserRecord? Current, Allocation Lost), bool> ReleaseCall = new(
        "ReleaseAsync",
        static async (call, cancellationToken) =>
        {
            await call.Agent.ReleaseAsync(call.Current, call.Lost, cancellationToken);
            return true;
        });

    public IMailDeliveryAgent Inner => inner;

    /// <summary>Inspects the storage; null where the module cannot.</summary>
    public IStorageInspection? Inspection => (object)this as IStorageInspection;

    public ModuleBoundary Boundary => boundary;

    /// <summary>Parses a user; what comes back is guarded as well.</summary>
    public async ValueTask<ParseResult> ParseAsync(EffectiveUser user, CancellationToken cancellationToken)
    {
        var result = await boundary.CallAsync(ParseCall, user.Name, (inner, user), cancellationToken);
        return result is ParseResult.Ready ready ? new ParseResult.Ready(new GuardedMailbox(ready.Mailbox, boundary, user.Name)) : result;
    }

    /// <summary>
    /// For callers that cannot await, as <see cref="IAllocator.NeedsAllocation"/>. Blocks the caller's thread, at most until the call is given up:
    /// the module runs on another thread all the same, or it could not be given up.
    /// </summary>
    public ParseResult Parse(EffectiveUser user) => ParseAsync(user, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken) =>
        boundary.CallAsync(AllocateCall, user.Name, (inner, user, context), cancellationToken);

    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) =>
        await boundary.CallAsync(ReleaseCall, current?.Name, (inner, current, lost), cancellationToken);

    bool IDynamicInterfaceCastable.IsInterfaceImplemented(RuntimeTypeHandle interfaceType, bool throwIfNotImplemented) =>
        Optional.Has(inner, interfaceType);

    RuntimeTypeHandle IDynamicInterfaceCastable.GetInterfaceImplementation(RuntimeTypeHandle interfaceType) =>
        Optional.GuardOf(interfaceType);
}
