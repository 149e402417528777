using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailStore.LiteDb.Storage;

/// <summary>
/// Makes files and the names in a folder durable, by the system's own fsync: .NET has none for folders, and for files takes EROFS for a success, which is what ext4 says
/// when it has given up a faulty disk and dropped what was written.
/// </summary>
internal static unsafe partial class Durable
{
    private const string C = "libc";
    private const int CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const uint BasicStatus = 0x7ff;
    private const int StatusSize = 256;
    private const int Interrupted = 4;

    /// <summary>Syncs what is open. A failure is final: the kernel has dropped what it could not write, and a second call would lie.</summary>
    /// <exception cref="IOException">It is not durable.</exception>
    public static void Sync(SafeFileHandle file, string path)
    {
        while (Fsync(file) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw Error("fsync of", path);
        }

        // XFS that has shut down after a fault has dropped what it had to write, and then finds nothing to do for the fsync of a folder: a look at it tells.
        var status = stackalloc byte[StatusSize];
        if (GetStatus(file, "", EmptyPath, BasicStatus, status) < 0)
            throw Error("look after the fsync at", path);
    }

    /// <summary>Syncs the folder of a file, so that the file's creation, renaming or removal survives a power cut.</summary>
    /// <exception cref="IOException">It is not durable.</exception>
    public static void SyncParent(string file)
    {
        var path = Path.GetDirectoryName(file)!;
        using var folder = new SafeFileHandle(Open(path, CloseOnExec), ownsHandle: true);
        if (folder.IsInvalid)
            throw Error("opening", path);
        Sync(folder, path);
    }

    private static IOException Error(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport(C, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport(C, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport(C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(SafeFileHandle file, string path, int flags, uint mask, byte* status);
}
