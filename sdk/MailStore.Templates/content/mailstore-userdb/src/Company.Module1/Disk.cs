using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MailStore.Sdk;

namespace Company.Module1;

/// <summary>What .NET lacks for files that must survive a power cut.</summary>
internal static class Disk
{
    private const int NoSpace = 28; // ENOSPC

    /// <summary>Whether it is the disk that does not serve, and not the module that is broken.</summary>
    public static bool IsFault(Exception e) => e is IOException or UnauthorizedAccessException or TemporaryFailureException;

    public static bool IsFull(Exception e) => e.HResult == NoSpace || e is TemporaryFailureException { StorageFull: true };

    /// <summary>Does blocking work on a thread of its own: those of the thread pool are the server's.</summary>
    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return work();
            }
            catch (Exception e) when (IsFault(e))
            {
                throw new TemporaryFailureException(e.Message, e) { StorageFull = IsFull(e) };
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static Task RunAsync(Action work) => RunAsync(() =>
    {
        work();
        return true;
    });

    /// <summary>Makes a directory, and those above it that lack, so that they are there after a power cut.</summary>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path)!;
        CreateDirectory(parent);
        Directory.CreateDirectory(path);
        Sync(parent);
    }

    /// <summary>Makes durable what a file holds. Flush(flushToDisk: true) is not enough: it takes EROFS for a success, which is what ext4 says once it has given up a faulty disk.</summary>
    public static void Sync(FileStream file)
    {
        file.Flush();
        Sync(file.SafeFileHandle, file.Name);
    }

    /// <summary>Makes durable which files a directory has.</summary>
    public static void Sync(string directory)
    {
        using var handle = new SafeFileHandle(open(directory, 0), ownsHandle: true);
        if (handle.IsInvalid)
            throw new IOException($"the directory '{directory}' could not be opened: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
        Sync(handle, directory);
    }

    /// <summary>One that failed is never tried again: the kernel has dropped what it could not write, and would say that all is well.</summary>
    private static void Sync(SafeFileHandle handle, string path)
    {
        if (fsync(handle) != 0)
            throw new IOException($"'{path}' could not be synced: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
        // on an XFS that shut down the fsync of a directory finds nothing to do; a look at it tells
        if (statx(handle, "", 0x1000, 0x7ff, new byte[256]) != 0)
            throw new IOException($"'{path}' is on a file system that failed: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(SafeFileHandle file);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(SafeFileHandle file, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] status);
}
