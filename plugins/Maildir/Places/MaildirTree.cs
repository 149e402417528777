using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Places;

/// <summary>The three directories of a Maildir.</summary>
internal static class MaildirTree
{
    public const string Cur = "cur";
    public const string New = "new";
    public const string Tmp = "tmp";

    /// <summary>The empty file that marks a Maildir++ folder.</summary>
    public const string FolderMark = "maildirfolder";

    public static readonly string[] Names = [Cur, New, Tmp];

    /// <summary>Makes those that are missing, and gives them to their owner; durable but for their names: those are the caller's to sync.</summary>
    public static void Complete(Descriptor box, Ownership? ids)
    {
        foreach (var name in Names)
        {
            if (!Posix.TryMakeDirectory(box, name, Modes.Private))
                continue;
            using var made = Posix.OpenDirectory(box, name);
            ids?.ApplyTo(made);
            Posix.Sync(made);
        }
    }

    /// <summary>Whether a directory was allocated, and nobody ever used it: no mail, no folder, no reader's file.</summary>
    public static bool IsUntouched(Descriptor home)
    {
        foreach (var entry in DirectoryReader.Read(home))
        {
            if (entry.Name == OwnerFile.Name)
                continue;
            if (!Names.Contains(entry.Name))
                return false;
            using var directory = Posix.TryOpenDirectory(home, entry.Name);
            if (directory is not null && DirectoryReader.Read(directory).Count > 0)
                return false;
        }

        return true;
    }

    /// <summary>
    /// Removes an allocated place that nobody used. By rmdir alone: whatever it holds stays, also what came this very moment.
    /// </summary>
    /// <returns>Whether it is gone.</returns>
    public static bool TryRemoveUntouched(Descriptor parent, string name)
    {
        using (var home = Posix.TryOpenDirectory(parent, name))
        {
            if (home is null)
                return true;
            if (!IsUntouched(home) || !Names.All(directory => Posix.TryRemoveDirectory(home, directory)))
                return false;
            Posix.Unlink(home, OwnerFile.Name);
        }

        return Posix.TryRemoveDirectory(parent, name);
    }
}
