using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedMailbox"/> does where the module's mailbox is an <see cref="IMailboxRemoval"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedMailboxRemoval : IMailboxRemoval
{
    private static readonly CallKind<IMailboxRemoval, bool> RemoveCall = new(
        "RemoveAllAsync",
        static async (mailbox, cancellationToken) =>
        {
            await mailbox.RemoveAllAsync(cancellationToken);
            return true;
        },
        patience: Patience.Long);

    async ValueTask IMailboxRemoval.RemoveAllAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        await guarded.Boundary.CallAsync(RemoveCall, guarded.User, (IMailboxRemoval)guarded.Inner, cancellationToken);
    }
}
