using MailStore.Maildir.Interop;
using MailStore.Maildir.Journal;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Delivery;

/// <summary>Delivers into one mailbox: folder, quota, storing. Blocks.</summary>
internal sealed class MailboxDelivery(MailboxPlace place, PlaceState state, BoxOpener opener, CurrentJournal journal, TimeProvider clock, ILogger logger)
{
    private readonly string _tmp = $"{place.Home}/{MaildirTree.Tmp}";
    private readonly string _new = $"{place.Home}/{MaildirTree.New}";

    public DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var folder = mail.Folder ?? (place.HasDetailFolder ? mail.Detail : null);
            var directory = folder is null ? null : FolderName.ToDirectory(folder);
            if (directory is null && !place.Limit.IsSet)
            {
                // all that most mails need; where something is amiss, what follows finds out what it is
                using var tmp = Posix.TryOpenPlainDirectory(_tmp);
                using var @new = Posix.TryOpenPlainDirectory(_new);
                if (tmp is not null && @new is not null)
                    return Store(mail, NameOf(mail), null, JournalSlot.Inbox, tmp, @new, cancellationToken);
            }

            using var home = opener.OpenHome();
            return directory is null
                ? Deliver(mail, home, home, null, new JournalSlot("", place.Limit.IsSet), cancellationToken)
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
        using var box = opener.OpenFolder(home, directory);
        return Deliver(mail, home, box, folder, new JournalSlot(directory, place.Limit.IsSet && directory != UsageScan.Trash), cancellationToken);
    }

    private DeliveryResult Deliver(Mail mail, Descriptor home, Descriptor box, string? folder, JournalSlot slot, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var name = NameOf(mail);
        using var tmp = opener.OpenPart(home, box, MaildirTree.Tmp);
        using var @new = opener.OpenPart(home, box, MaildirTree.New);
        if (!slot.IsCounted)
            return Store(mail, name, folder, slot, tmp, @new, cancellationToken);
        var mailbox = new QuotaMailbox(home, place.Limit, place.Ids, now);
        // the gate knows a mail by its name before anything of it is on disk
        if (state.Quota.Reserve(mailbox, name, mail.Size) is { } usage)
            return DeliveryResult.OverQuota(place.Limit.Describe(usage, mail.Size));
        try
        {
            var result = Store(mail, name, folder, slot, tmp, @new, cancellationToken);
            Count(mailbox, name);
            return result;
        }
        finally
        {
            state.Quota.Abandon(name);
        }
    }

    private static string NameOf(Mail mail) => UniqueName.ForMail(mail.Arrival, mail.Size, mail.SizeCrLf);

    private DeliveryResult Store(Mail mail, string name, string? folder, JournalSlot slot, Descriptor tmp, Descriptor @new, CancellationToken cancellationToken)
    {
        var sync = MailWriter.Store(mail, name, tmp, @new, place, journal.Value, slot, cancellationToken);
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
            mailbox.DiscardCount();
        }
    }
}
