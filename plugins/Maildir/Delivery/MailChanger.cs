using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Maildir.Reading;
using MailStore.Sdk;

namespace MailStore.Maildir.Delivery;

/// <summary>Marks and removes single mails while readers do so, too. Blocks; runs on a worker.</summary>
internal sealed class MailChanger(MailboxPlace place, PlaceState state, MailboxReader reader, TimeProvider clock)
{
    private static readonly object Done = new();

    /// <summary>Gives a mail these flags; one that has any moves to <c>cur</c>.</summary>
    /// <returns>False if there is no such mail.</returns>
    public bool TrySetFlags(string id, MailFlags flags) => reader.Use(id, spot => SetFlags(spot, flags)) is not null;

    /// <summary>Removes a mail.</summary>
    /// <returns>False if there is no such mail.</returns>
    public bool TryRemove(string id) => reader.Use(id, spot => Remove(spot, isCounted: place.Limit.IsSet && !IsTrash(id))) is not null;

    private static object? SetFlags(MailSpot spot, MailFlags flags)
    {
        if (!spot.IsMail)
            return null;
        var isNew = spot.Part == MaildirTree.New;
        if (isNew && flags == MailFlags.None)
            return Done;
        using var moved = isNew ? Posix.OpenDirectory(spot.Box, MaildirTree.Cur) : null;
        var cur = moved ?? spot.Directory;
        if (!Posix.TryRename(spot.Directory, spot.Name, cur, MailFileName.WithFlags(spot.Name, flags)))
            return null;
        Posix.Sync(cur);
        if (isNew)
            Posix.Sync(spot.Directory);
        return Done;
    }

    private object? Remove(MailSpot spot, bool isCounted)
    {
        if (FileStatus.TryGet(spot.Directory, spot.Name) is not { IsRegular: true } status)
            return null;
        var size = MailFileName.SizeOf(spot.Name) ?? status.Size;
        var mailbox = new QuotaMailbox(spot.Home, place.Limit, place.Ids, clock.GetUtcNow());
        bool Unlink() => Posix.TryUnlink(spot.Directory, spot.Name);
        if (!(isCounted ? state.Quota.Remove(mailbox, size, Unlink) : Unlink()))
            return null;
        Posix.Sync(spot.Directory);
        return Done;
    }

    private static bool IsTrash(string id) => id.StartsWith(UsageScan.Trash[1..] + "/", StringComparison.Ordinal);
}
