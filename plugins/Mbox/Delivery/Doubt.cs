using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;

namespace MailStore.Mbox.Delivery;

/// <summary>Mails that were answered by a failure and may be in the file all the same, since it could not be cut back either.</summary>
/// <param name="Status">The file.</param>
/// <param name="Ids">What they are known by.</param>
internal sealed record Doubt(FileStatus Status, IReadOnlyList<string> Ids)
{
    /// <summary>Cuts them off, if they still are what the file ends in. What is torn of them is cut off as any torn tail is.</summary>
    /// <remarks>Found by what they are known by, never by where they began: another program may have made what is before them longer or shorter in the same file, as by a flag.</remarks>
    public void Settle(LockedFile file)
    {
        if (!file.Status.IsSame(Status))
            return;
        using var window = new FileWindow(file.Handle);
        var end = file.Status.Size;
        while (MailFinder.FindBefore(window, end, file.Status.Size) is { Marker: { } marker } head && Ids.Contains(marker.Id))
            end = head.Start;
        if (end == file.Status.Size)
            return;
        RandomAccess.SetLength(file.Handle, end);
        Posix.Sync(file.Handle, file.Path);
    }
}
