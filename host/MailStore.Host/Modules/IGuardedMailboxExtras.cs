using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedMailbox"/> does where the module's mailbox is an <see cref="IMailboxExtras"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedMailboxExtras : IMailboxExtras
{
    private static readonly CallKind<IMailboxExtras, string?> DescribeCall = new(
        "DescribeUnreadableAsync", static (mailbox, cancellationToken) => mailbox.DescribeUnreadableAsync(cancellationToken), patience: Patience.Long);

    IAsyncEnumerable<string> IMailboxExtras.ListFoldersAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return new GuardedSequence<string>(
            guarded.Boundary,
            guarded.User,
            nameof(IMailboxExtras.ListFoldersAsync),
            ((IMailboxExtras)guarded.Inner).ListFoldersAsync,
            static folder => folder is { Length: > 0 } ? null : "a folder without a name",
            cancellationToken);
    }

    ValueTask<string?> IMailboxExtras.DescribeUnreadableAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(DescribeCall, guarded.User, (IMailboxExtras)guarded.Inner, cancellationToken);
    }
}
