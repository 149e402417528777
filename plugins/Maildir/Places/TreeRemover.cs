using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Places;

/// <summary>Removes directories with all that is in them, by descriptors: a symbolic link is removed, never followed.</summary>
internal static class TreeRemover
{
    // deeper than any Maildir; ends a tree that somebody made to exhaust the stack
    private const int MaxDepth = 64;

    /// <summary>Removes a directory; one that is gone already is a success.</summary>
    /// <returns>False if something came into it meanwhile, or it is too deep.</returns>
    public static bool TryRemove(Descriptor parent, string name, int depth = 0)
    {
        if (depth == MaxDepth)
            return false;
        using (var directory = Posix.TryOpenDirectory(parent, name))
        {
            if (directory is null)
                return true;
            Empty(directory, depth);
        }

        return Posix.TryRemoveDirectory(parent, name);
    }

    private static void Empty(Descriptor directory, int depth)
    {
        foreach (var entry in DirectoryReader.Read(directory))
        {
            if (entry.Kind == FileKind.Directory)
                TryRemove(directory, entry.Name, depth + 1);
            else
                Posix.Unlink(directory, entry.Name);
        }
    }
}
