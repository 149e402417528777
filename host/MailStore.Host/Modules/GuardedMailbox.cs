using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>A mailbox behind the boundary of its MDA. It can be read, filled, measured and removed where the module's mailbox can.</summary>
internal sealed class GuardedMailbox(IMailbox inner, ModuleBoundary boundary, string user) : IMailbox, IDynamicInterfaceCastable
{
    private static readonly Capabilities Optional = new(
        (typeof(IReadableMailbox), typeof(IGuardedReadableMailbox)),
        (typeof(IMailboxImport), typeof(IGuardedMailboxImport)),
        (typeof(IMailboxUsage), typeof(IGuardedMailboxUsage)),
        (typeof(IMailboxExtras), typeof(IGuardedMailboxExtras)),
        (typeof(IMailboxRemoval), typeof(IGuardedMailboxRemoval)));

    private static readonly CallKind<(IMailbox Mailbox, Mail Mail), DeliveryResult> DeliverCall = new("DeliverAsync", DeliverAsync, FindFault);

    private static readonly CallKind<(IMailbox Mailbox, Mail Mail), DeliveryResult> DeliverByBlockingCall = new("DeliverAsync", DeliverAsync, FindFault)
    {
        Blocking = static (call, cancellationToken) => ((IBlockingMailbox)call.Mailbox).Deliver(call.Mail, cancellationToken),
    };

    public IMailbox Inner => inner;

    public ModuleBoundary Boundary => boundary;

    public string User => user;

    public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) =>
        boundary.CallAsync(inner is IBlockingMailbox ? DeliverByBlockingCall : DeliverCall, user, (inner, mail), cancellationToken);

    private static ValueTask<DeliveryResult> DeliverAsync((IMailbox Mailbox, Mail Mail) call, CancellationToken cancellationToken) => call.Mailbox.DeliverAsync(call.Mail, cancellationToken);

    private static string? FindFault((IMailbox Mailbox, Mail Mail) call, DeliveryResult result) => result switch
    {
        null => "null",
        { Status: DeliveryStatus.Stored, StoredId: null } => "Stored with null for an id",
        _ => null,
    };

    bool IDynamicInterfaceCastable.IsInterfaceImplemented(RuntimeTypeHandle interfaceType, bool throwIfNotImplemented) =>
        Optional.Has(inner, interfaceType);

    RuntimeTypeHandle IDynamicInterfaceCastable.GetInterfaceImplementation(RuntimeTypeHandle interfaceType) =>
        Optional.GuardOf(interfaceType);
}
