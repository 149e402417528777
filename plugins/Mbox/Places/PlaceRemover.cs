using MailStore.Mbox.Delivery;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;
using MailStore.Sdk;

namespace MailStore.Mbox.Places;

/// <summary>
/// Removes a user's mbox file with all mail in it, or only if there is none, if its owner file bears the claim of the allocation. With the file locked: a delivery that waits for it finds it
/// gone, and its owner file, too, and makes neither anew. The owner file goes last, so that a second call goes on where one that failed stopped.
/// </summary>
/// <remarks>
/// An empty place may be released: all attempts for one life of a user (name and version) share a file, and of them all only one write of his record can have succeeded. The creator
/// calls after a fresh read: if that write was one of theirs, the record bears this very file, and nothing is touched; if not, none ever will be.
/// </remarks>
internal sealed class PlaceRemover(MailboxPlace place, BoxServices services)
{
    /// <summary>Removes all mail; the file may be gone already.</summary>
    public bool Remove(LockedFile? file)
    {
        if (!IsOurs(file, out var isThere))
            return false;
        foreach (var kept in isThere ? TornTail.Find(place.File) : [])
            Posix.Unlink(kept);
        if (isThere)
            Drop();
        MboxLog.Removed(services.Logger, place.File);
        return true;
    }

    /// <summary>Removes the place if it holds nothing.</summary>
    public bool Release(LockedFile? file)
    {
        if (!IsOurs(file, out _) || file?.Status.Size > 0)
            return false;
        Drop();
        MboxLog.Released(services.Logger, place.File);
        return true;
    }

    private bool IsOurs(LockedFile? file, out bool isThere)
    {
        // a disk that is not mounted is no removed mailbox
        if (services.Roots.FindAbove(place.File) is { } fault)
            throw new TemporaryFailureException(fault);
        var folder = Path.GetDirectoryName(place.File)!;
        isThere = Directory.Exists(folder);
        var owner = isThere ? OwnerFile.Read(place.File) : null;
        if (owner is null && file is not null)
            throw new ModuleConfigurationException($"{place.File} has no file {OwnerFile.PathOf(place.File)} that says whose mail this is; look, and remove it by hand");
        if (owner is null)
            return false;
        if (owner.Claim == place.Claim)
            return true;
        MboxLog.NotRemoved(services.Logger, place.File);
        return false;
    }

    private void Drop()
    {
        var folder = Path.GetDirectoryName(place.File)!;
        Posix.Unlink(ChangeJournal.PathOf(place.File));
        Posix.Unlink(place.File);
        Posix.SyncDirectory(folder);
        Posix.Unlink(OwnerFile.PathOf(place.File));
        Posix.SyncDirectory(folder);
    }
}
