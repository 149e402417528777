using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;

namespace MailStore.Maildir.Delivery;

/// <summary>Opens the directories of a mailbox for delivery, and makes those that may be made: never the mailbox itself.</summary>
internal sealed class BoxOpener(MailboxPlace place, PlaceState state, RootGuard roots)
{
    /// <summary>Opens the mailbox.</summary>
    /// <exception cref="TemporaryFailureException">It has vanished.</exception>
    public Descriptor OpenHome() => Posix.TryOpenDirectory(place.Home) ?? throw Vanished("has vanished");

    /// <summary>Opens a Maildir++ folder, and makes it where it is missing.</summary>
    /// <param name="home">The mailbox.</param>
    /// <param name="directory">Of the folder, with its dot.</param>
    public Descriptor OpenFolder(Descriptor home, string directory)
    {
        if (state.IsDurable(directory) && Posix.TryOpenDirectory(home, directory) is { } known)
            return known;

        // One that is there already may have been made by another host an instant ago, and not be durable: a mail in it must not
        // be acknowledged before it is. Hence all of this the first time that this process meets a folder.
        Posix.TryMakeDirectory(home, directory, Modes.Private);
        var folder = Posix.OpenDirectory(home, directory);
        try
        {
            place.Ids?.ApplyTo(folder);
            MaildirTree.Complete(folder, place.Ids);
            Mark(folder);
            Posix.Sync(folder);
            Posix.Sync(home);
            state.SetDurable(directory);
            return folder;
        }
        catch (PosixException)
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Opens <c>tmp</c> or <c>new</c> of the mailbox or of a folder.</summary>
    /// <exception cref="TemporaryFailureException">It is not there, and the mailbox does not look like one: a mount point without its disk.</exception>
    public Descriptor OpenPart(Descriptor home, Descriptor box, string name)
    {
        if (Posix.TryOpenDirectory(box, name) is { } part)
            return part;
        if (!OwnerFile.Exists(home))
            throw Vanished($"has neither '{name}' nor a file {OwnerFile.Name}");
        MaildirTree.Complete(box, place.Ids);
        Posix.Sync(box);
        return Posix.OpenDirectory(box, name);
    }

    private void Mark(Descriptor folder)
    {
        if (FileStatus.TryGet(folder, MaildirTree.FolderMark) is not null)
            return;
        try
        {
            using var mark = Posix.CreateFile(folder, MaildirTree.FolderMark, Modes.File);
            place.Ids?.ApplyTo(mark);
            Posix.Sync(mark);
        }
        catch (PosixException e) when (e.Errno == Errno.Exists)
        {
            // by another delivery
        }
    }

    private TemporaryFailureException Vanished(string what) => new(
        $"the Maildir {place.Home} of user '{place.User}' {what}; "
        + (roots.FindAbove(place.Home) ?? "mount its disk, or restore it: MailStore does not make an empty one in its place"));
}
