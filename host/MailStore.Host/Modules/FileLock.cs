using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Host.Modules;

/// <summary>
/// An exclusive lock of a file by flock(2): the kernel lets go of it when its process ends, however that happens, and so it tells the living from the dead
/// where process ids do not (each container has its own process 1). By the system's calls, since the runtime's own locking can be switched off.
/// </summary>
internal sealed partial class FileLock : IDisposable
{
    private const int OpenReadWrite = 0x2;
    private const int OpenCreate = 0x40;
    private const int OpenCloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180; // 0600
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int Interrupted = 4; // EINTR
    private const int WouldBlock = 11; // EAGAIN

    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock, making the file where it is missing.</summary>
    /// <returns>Null if another holds it.</returns>
    /// <exception cref="IOException">The file cannot be opened or locked.</exception>
    public static FileLock? TryTake(string path)
    {
        var file = new SafeFileHandle(Open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, OwnerOnly), ownsHandle: true);
        if (file.IsInvalid)
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        if (Flock(file, Exclusive | NonBlocking) == 0)
            return new FileLock(file);
        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error == WouldBlock ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Waits for the lock of a folder. Where the file system has no such locks (NFS), takes none.</summary>
    /// <exception cref="IOException">The folder cannot be opened.</exception>
    public static FileLock TakeFolder(string path)
    {
        var folder = SystemCalls.OpenFolder(path);
        while (Flock(folder, Exclusive) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        return new FileLock(folder);
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
