using System.Runtime.InteropServices;

namespace MailStore.LiteDb.Storage;

/// <summary>
/// Names of files, where a mistake would put an empty database in the place of one that is there: to .NET a file that the disk does not answer for is none, and it then renames over it.
/// </summary>
internal static partial class FileNames
{
    private const string C = "libc";
    private const int CurrentDirectory = -100;
    private const uint NoReplace = 1;
    private const int Exists = 17;
    private const int InvalidArgument = 22;
    private const int NoSystemCall = 38;

    /// <summary>Whether there is something of this name.</summary>
    /// <exception cref="IOException">Nobody knows: the disk is at fault.</exception>
    public static bool IsTaken(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Gives a file another name that must not be taken.</summary>
    /// <returns>False if it is.</returns>
    /// <exception cref="IOException">The disk is full or at fault.</exception>
    public static bool TryRename(string draft, string path)
    {
        var isDone = RenameAt2(CurrentDirectory, draft, CurrentDirectory, path, NoReplace) == 0;
        // not every file system (NFS) takes the flag
        if (!isDone && Marshal.GetLastPInvokeError() is InvalidArgument or NoSystemCall && Link(draft, path) == 0)
        {
            File.Delete(draft);
            isDone = true;
        }

        if (isDone)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new IOException($"renaming {draft} to {path} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport(C, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int from, string source, int to, string target, uint flags);

    [LibraryImport(C, EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string source, string target);
}
