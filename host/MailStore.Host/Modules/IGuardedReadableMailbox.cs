using System.Runtime.InteropServices;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What a <see cref="GuardedMailbox"/> does where the module's mailbox is an <see cref="IReadableMailbox"/>.</summary>
[DynamicInterfaceCastableImplementation]
internal interface IGuardedReadableMailbox : IReadableMailbox
{
    private static readonly CallKind<(IReadableMailbox Mailbox, string Id), Stream?> OpenCall = new(
        "OpenAsync", static (call, cancellationToken) => call.Mailbox.OpenAsync(call.Id, cancellationToken));

    IAsyncEnumerable<StoredMail> IReadableMailbox.ListAsync(CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        return new GuardedSequence<StoredMail>(
            guarded.Boundary,
            guarded.User,
            nameof(IReadableMailbox.ListAsync),
            ((IReadableMailbox)guarded.Inner).ListAsync,
            static mail => mail is { Id: not null } ? null : "null among the mails",
            cancellationToken);
    }

    async ValueTask<Stream?> IReadableMailbox.OpenAsync(string id, CancellationToken cancellationToken)
    {
        var guarded = (GuardedMailbox)(object)this;
        var stream = await guarded.Boundary.CallAsync(OpenCall, guarded.User, ((IReadableMailbox)guarded.Inner, id), cancellationToken);
        return stream is null ? null : new GuardedStream(stream, guarded.Boundary, guarded.User);
    }
}
