using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>Removes a mailbox with all its mail: with its file where that holds nobody else's, else some mails at a time, so that others' deliveries go on.</summary>
internal sealed class MailboxRemover(MailboxPlace place, MailServices services)
{
    private const int MailsAtOnce = 200;
    private const long BytesAtOnce = 8 << 20;

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsGone() || await TryDropAsync(cancellationToken).ConfigureAwait(false))
            return;
        while (!await SendAsync(new FileWrite<bool>(RemoveSome, cancellationToken)).ConfigureAwait(false))
            cancellationToken.ThrowIfCancellationRequested();
        await TryDropAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the mailbox if it holds no mail.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsGone())
            return;
        var isReleased = await SendAsync(new FileWrite<bool>(
            batch =>
            {
                if (batch.Find(place) is not { Count: 0 } mailbox)
                    return false;
                batch.Remove(mailbox);
                return true;
            },
            cancellationToken)).ConfigureAwait(false);
        if (isReleased && !place.IsShared)
            await SendAsync(new FileDrop(database => database.IsEmptyBut(null), cancellationToken)).ConfigureAwait(false);
    }

    // a disk that is not mounted is no removed mailbox
    private bool IsGone()
    {
        if (services.Roots.FindAbove(place.File) is { } fault)
            throw new TemporaryFailureException(fault);
        return !place.IsShared && !File.Exists(place.File);
    }

    private async Task<bool> TryDropAsync(CancellationToken cancellationToken) =>
        !place.IsShared && !IsGone() && await SendAsync(new FileDrop(database => database.IsEmptyBut(place), cancellationToken)).ConfigureAwait(false);

    private bool RemoveSome(MailBatch batch)
    {
        if (batch.Find(place) is not { } mailbox)
            return true;
        var records = batch.ReadMails(mailbox, MailsAtOnce);
        var bytes = 0L;
        foreach (var record in records)
        {
            batch.Remove(mailbox, record);
            if ((bytes += MailDocuments.SizeOf(record)) > BytesAtOnce)
                break;
        }

        // mails of this batch, and what did not fit into it, are for the next one
        if (records.Count > 0 || mailbox.HasNewMail)
            return false;
        batch.Remove(mailbox);
        return true;
    }

    private Task<T> SendAsync<T>(FileRequest<T> request) => services.Files.SendAsync(place.File, request);
}
