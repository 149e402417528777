using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedMailbox"/> does where the module's mailbox is an <see cref="IMailboxUsage"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedMailboxUsage : IMailboxUsage
{
    private static readonly CallKind<IMailboxUsage, MailboxUsage> UsageCall = new(
        "GetUsageAsync",
        static (mailbox, cancellationToken) => mailbox.GetUsageAsync(cancellationToken),
        static (_, usage) => usage is null ? "null" : null);

    ValueTask<MailboxUsage> IMailboxUsage.GetUsageAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(UsageCall, guarded.User, (IMailboxUsage)guarded.Inner, cancellationToken);
    }
}
