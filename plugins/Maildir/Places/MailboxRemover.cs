using MailStore.Maildir.Interop;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Places;

/// <summary>
/// Removes a user's Maildir with all mail in it, if its owner file bears the claim of his allocation. First renamed, so that at one instant
/// no delivery and no reader finds it any more; then removed. A second call goes on where one that failed stopped.
/// </summary>
/// <remarks>Of an adopted Maildir the directory itself stays, and whatever in it is no Maildir's: it was the administrator's before.</remarks>
internal sealed class MailboxRemover(string home, string claim, RootGuard roots, ILogger logger)
{
    public const string RemovedPrefix = ".mailstore-removed-";

    private readonly string _name = Path.GetFileName(home);
    private readonly string _removed = RemovedPrefix + claim;

    public void Remove()
    {
        try
        {
            // a disk that is not mounted is no removed mailbox
            if (roots.FindAbove(home) is { } fault)
                throw new TemporaryFailureException(fault);
            using var parent = Posix.OpenDirectory(Path.GetDirectoryName(home)!);
            if (IsOurs(out var isAdopted))
            {
                if (isAdopted)
                    RemoveContents();
                else
                    Posix.Rename(parent, _name, parent, _removed);
                Posix.Sync(parent);
                PlaceLog.Removed(logger, home);
            }

            if (!TreeRemover.TryRemove(parent, _removed))
                throw new TemporaryFailureException($"{parent.PathOf(_removed)} was not empty after all in it was removed; try again, or remove it by hand");
            Posix.Sync(parent);
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
    }

    private bool IsOurs(out bool isAdopted)
    {
        isAdopted = false;
        using var directory = Posix.TryOpenDirectory(home);
        if (directory is null)
            return false;
        var owner = OwnerFile.Read(directory, out var hasOwner);
        if (owner?.Claim == claim)
        {
            isAdopted = owner!.IsAdopted;
            return true;
        }

        // No owner: either a call that went before emptied an adopted Maildir (the owner file goes last), or somebody removed the file by hand.
        if (!hasOwner && MaildirTree.Names.Any(name => FileStatus.TryGet(directory, name) is not null))
            throw new ModuleConfigurationException($"{home} has no file {OwnerFile.Name} that says whose mail this is; look, and remove it by hand");
        if (hasOwner)
            PlaceLog.NotRemoved(logger, home);
        return false;
    }

    private void RemoveContents()
    {
        using var directory = Posix.OpenDirectory(home);
        foreach (var entry in DirectoryReader.Read(directory))
        {
            if (entry.Kind == FileKind.Directory)
            {
                if (MaildirTree.Names.Contains(entry.Name) || IsFolder(directory, entry.Name))
                    TreeRemover.TryRemove(directory, entry.Name);
            }
            else if (entry.Name == Quota.MaildirSize.Name)
            {
                Posix.Unlink(directory, entry.Name);
            }
        }

        Posix.Sync(directory);
        Posix.Unlink(directory, OwnerFile.Name);
        Posix.Sync(directory);
    }

    private static bool IsFolder(Descriptor directory, string name)
    {
        if (!name.StartsWith('.'))
            return false;
        using var folder = Posix.TryOpenDirectory(directory, name);
        return folder is not null && MaildirTree.Names.All(part => FileStatus.TryGet(folder, part) is { IsDirectory: true });
    }
}
