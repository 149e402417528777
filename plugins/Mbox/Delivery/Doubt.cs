using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;

namespace MailStore.Mbox.Delivery;

/// <summary>Mails that were answered by a failure and may be in the file all the same, since it could not be cut back either.</summary>
/// <param name="Status">The file.</param>
/// <param name="End">Where they begin.</param>
/// <param name="Ids">What they are known by.</param>
internal sealed record Doubt(FileStatus Status, long End, IReadOnlyList<string> Ids)
{
    /// <summary>Cuts them off, if they still are what the file ends in.</summary>
    public void Settle(LockedFile file)
    {
        if (!file.Status.IsSame(Status) || file.Status.Size <= End)
            return;
        using var window = new FileWindow(file.Handle);
        for (MailHead? head = null; (head = MailFinder.FindBefore(window, head?.Start ?? file.Status.Size, file.Status.Size)) is not null && head.Start > End;)
        {
            if (head.Marker is not { IsConfirmed: false } marker || !Ids.Contains(marker.Id))
                return;
        }

        RandomAccess.SetLength(file.Handle, End);
        Posix.Sync(file.Handle, file.Path);
    }
}
