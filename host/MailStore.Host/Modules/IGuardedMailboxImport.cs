using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedMailbox"/> does where the module's mailbox is an <see cref="IMailboxImport"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedMailboxImport : IMailboxImport
{
    private static readonly CallKind<IMailboxImport, MailboxFidelity> FidelityCall = new(
        "GetFidelityAsync",
        static (mailbox, cancellationToken) => mailbox.GetFidelityAsync(cancellationToken),
        static (_, fidelity) => fidelity is null ? "null" : null);

    private static readonly CallKind<(IMailboxImport Mailbox, string Folder), bool> CreateFolderCall = new(
        "TryCreateFolderAsync", static (call, cancellationToken) => call.Mailbox.TryCreateFolderAsync(call.Folder, cancellationToken));

    private static readonly CallKind<(IMailboxImport Mailbox, IReadOnlyList<Mail> Mails), IReadOnlyList<DeliveryResult>> ImportCall = new(
        "ImportAsync",
        static (call, cancellationToken) => call.Mailbox.ImportAsync(call.Mails, cancellationToken),
        static (call, results) => FindWrong(call.Mails, results),
        Patience.Long);

    private static readonly CallKind<(IMailboxImport Mailbox, string Id, MailFlags Flags), bool> SetFlagsCall = new(
        "TrySetFlagsAsync", static (call, cancellationToken) => call.Mailbox.TrySetFlagsAsync(call.Id, call.Flags, cancellationToken));

    private static readonly CallKind<(IMailboxImport Mailbox, string Id), bool> RemoveCall = new(
        "TryRemoveAsync", static (call, cancellationToken) => call.Mailbox.TryRemoveAsync(call.Id, cancellationToken));

    ValueTask<MailboxFidelity> IMailboxImport.GetFidelityAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(FidelityCall, guarded.User, (IMailboxImport)guarded.Inner, cancellationToken);
    }

    ValueTask<bool> IMailboxImport.TryCreateFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(CreateFolderCall, guarded.User, ((IMailboxImport)guarded.Inner, folder), cancellationToken);
    }

    ValueTask<IReadOnlyList<DeliveryResult>> IMailboxImport.ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(ImportCall, guarded.User, ((IMailboxImport)guarded.Inner, mails), cancellationToken);
    }

    ValueTask<bool> IMailboxImport.TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(SetFlagsCall, guarded.User, ((IMailboxImport)guarded.Inner, id, flags), cancellationToken);
    }

    ValueTask<bool> IMailboxImport.TryRemoveAsync(string id, CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return guarded.Boundary.CallAsync(RemoveCall, guarded.User, ((IMailboxImport)guarded.Inner, id), cancellationToken);
    }

    private static string? FindWrong(IReadOnlyList<Mail> mails, IReadOnlyList<DeliveryResult>? results)
    {
        if (results is null)
            return "null";
        if (results.Count != mails.Count)
            return $"{results.Count} results for {mails.Count} mails";
        return results.Any(static result => result is null or { Status: DeliveryStatus.Stored, StoredId: null }) ? "null among the results, or Stored with null for an id" : null;
    }
}
