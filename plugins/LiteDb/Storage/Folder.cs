using System.Runtime.InteropServices;

namespace MailStore.LiteDb.Storage;

/// <summary>Makes the names in a folder durable, which .NET has no call for.</summary>
internal static partial class Folder
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>Syncs the folder of a file, so that the file's creation, renaming or removal survives a power cut.</summary>
    public static void SyncParent(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        var descriptor = Open(folder, ReadOnly | CloseOnExec);
        if (descriptor < 0)
            throw Error("open", folder);
        try
        {
            if (Fsync(descriptor) < 0)
                throw Error("fsync", folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Error(string call, string folder)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of the directory {folder} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
