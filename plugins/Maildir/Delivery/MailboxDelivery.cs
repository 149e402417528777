using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Delivery;

/// <summary>Delivers into one mailbox: folder, quota, storing. Blocks; runs on a worker.</summary>
internal sealed class MailboxDelivery(MailboxPlace place, PlaceState state, RootGuard roots, TimeProvider clock, ILogger logger)
{
    private readonly BoxOpener _opener = new(place, state, roots);

    public DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var home = _opener.OpenHome();
            var folder = mail.Folder ?? (place.HasDetailFolder ? mail.Detail : null);
            var directory = folder is null ? null : FolderName.ToDirectory(folder);
            return directory is null
                ? Deliver(mail, home, home, null, isCounted: true, cancellationToken)
                : DeliverToFolder(mail, home, directory, folder!, cancellationToken);
        }
        catch (PosixException e)
        {
            return e.Errno.IsFull() ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
        }
        catch (TemporaryFailureException e)
        {
            return DeliveryResult.TemporaryFailure(e.Message);
        }
        catch (IOException e)
        {
            // of the host's spool file, where the mail is read from
            return DeliveryResult.TemporaryFailure($"the mail for {place.Home} could not be read: {e.Message}");
        }
    }

    private DeliveryResult DeliverToFolder(Mail mail, Descriptor home, string directory, string folder, CancellationToken cancellationToken)
    {
        using var box = _opener.OpenFolder(home, directory);
        return Deliver(mail, home, box, folder, directory != UsageScan.Trash, cancellationToken);
    }

    private DeliveryResult Deliver(Mail mail, Descriptor home, Descriptor box, string? folder, bool isCounted, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var name = UniqueName.ForMail(mail.Arrival, mail.Size, mail.SizeCrLf);
        using var tmp = _opener.OpenPart(home, box, MaildirTree.Tmp);
        using var @new = _opener.OpenPart(home, box, MaildirTree.New);
        TimeSpan sync;
        if (!isCounted || !place.Limit.IsSet)
        {
            sync = MailWriter.Store(mail, name, tmp, @new, place.Ids, cancellationToken);
        }
        else
        {
            var mailbox = new QuotaMailbox(home, place.Limit, place.Ids, now);
            // the gate knows a mail by its name before anything of it is on disk
            if (state.Quota.Reserve(mailbox, name, mail.Size) is { } usage)
                return DeliveryResult.OverQuota(place.Limit.Describe(usage, mail.Size));
            try
            {
                sync = MailWriter.Store(mail, name, tmp, @new, place.Ids, cancellationToken);
                Count(mailbox, name);
            }
            finally
            {
                state.Quota.Abandon(name);
            }
        }

        return DeliveryResult.Stored(folder is null ? name : $"{folder}/{name}", folder, sync);
    }

    // The mail is stored, whatever becomes of the count.
    private void Count(QuotaMailbox mailbox, string name)
    {
        try
        {
            state.Quota.Commit(mailbox, name);
        }
        catch (PosixException e)
        {
            MailboxLog.CountFailed(logger, e.Message);
            try
            {
                MaildirSize.Discard(mailbox.Home);
            }
            catch (PosixException)
            {
                // counted anew after 5120 bytes, or when over quota
            }
        }
    }
}
