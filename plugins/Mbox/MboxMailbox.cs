using System.Runtime.CompilerServices;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Format;
using MailStore.Mbox.Inspection;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Places;
using MailStore.Mbox.Reading;
using MailStore.Sdk;

namespace MailStore.Mbox;

/// <summary>The mbox file of one user. Holds nothing open; what it remembers is shared with other objects for the same file.</summary>
internal sealed class MboxMailbox(MailboxPlace place, QuotaLimit limit, Box box, BoxServices services)
    : IMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxRemoval
{
    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var encoded = await EncodedMail.PrepareAsync(mail, cancellationToken);
            return await box.DeliverAsync(new DeliveryRequest(place, limit, encoded, services.Clock.GetTimestamp(), cancellationToken));
        }
        catch (UnreadableMailException e)
        {
            return DeliveryResult.TemporaryFailure($"the mail for {place.File} could not be read: {e.Message}");
        }
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listing = new Listing(box.Whereabouts);
        while (!listing.IsOver)
        {
            var page = await UseAsync(() => box.UseAsync(
                isShared: true,
                (file, known) =>
                {
                    if (file is null)
                        CheckDisk();
                    return listing.Read(file, known);
                },
                cancellationToken));
            foreach (var mail in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return mail;
            }
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) =>
        MailId.Parse(id) is { } known ? await UseAsync(() => MailStream.OpenAsync(box, box.Whereabouts, known, cancellationToken)) : null;

    public ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) =>
        new(new MailboxFidelity { HasFolders = false, Flags = FlagField.Kept, ListsByArrival = false });

    public ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken) => new(false);

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken) =>
        await new MailImporter(place, box, services).ImportAsync(mails, cancellationToken);

    public async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
        await ChangeAsync(id, flags, cancellationToken);

    public async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(id, null, cancellationToken);

    public async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        var usage = await UseAsync(() => box.UseAsync(
            isShared: true,
            (file, known) =>
            {
                if (file is null)
                    CheckDisk();
                return file is null ? default : known?.Usage ?? UsageCount.Of(file.Handle, known is null ? TailCheck.Find(file.Handle, file.Status.Size).End : file.Status.Size);
            },
            cancellationToken));
        return new MailboxUsage(usage.Bytes, usage.Count, limit.Bytes, limit.Count);
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var remover = new PlaceRemover(place, services);
        await UseAsync(() => box.UseAsync(isShared: false, (file, _) => remover.Remove(file), cancellationToken));
    }

    /// <summary>Compares the file with its user's record.</summary>
    /// <param name="user">The user.</param>
    /// <param name="root">Below which directories are made.</param>
    /// <param name="inspection">How.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task<IReadOnlyList<Finding>> InspectAsync(EffectiveUser user, string root, Sdk.Inspection inspection, CancellationToken cancellationToken) =>
        UseAsync(() => new FileInspector(place, user, root, box, services, inspection).InspectAsync(cancellationToken));

    private async ValueTask<bool> ChangeAsync(string id, MailFlags? flags, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (MailId.Parse(id) is not { } known)
            return false;
        return await UseAsync(() => box.UseAsync(
            isShared: false,
            (file, state) =>
            {
                if (file is null)
                    CheckDisk();
                // in a file that is another user's by now there is no mail of this one
                if (file is null || OwnerFile.Read(place.File)?.Claim != place.Claim)
                    return false;
                var end = state is null ? TailCheck.Find(file.Handle, file.Status.Size).End : file.Status.Size;
                if (box.Whereabouts.Find(file, known, end) is not { } entry)
                    return false;
                using var journal = new MailChanger(file, entry).Prepare(flags);
                if (journal is null)
                    return true;
                journal.Apply();
                box.Whereabouts.Shift(entry.Head.Start, journal.Growth);
                return true;
            },
            cancellationToken));
    }

    // a disk that is not mounted is no empty mailbox
    private void CheckDisk()
    {
        if (services.Roots.FindAbove(place.File) is { } fault)
            throw new TemporaryFailureException(fault);
    }

    private static async Task<T> UseAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use();
        }
        catch (ObjectDisposedException e)
        {
            throw new TemporaryFailureException("the mbox files are closed; the server is stopping", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException(e.Message, e) { StorageFull = Posix.IsFull(e) };
        }
    }
}
