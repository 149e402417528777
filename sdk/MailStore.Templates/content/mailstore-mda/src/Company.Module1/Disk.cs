using System.Runtime.InteropServices;
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

    /// <summary>Makes durable which files a directory has (fsync).</summary>
    public static void Sync(string directory)
    {
        var descriptor = open(directory, 0);
        var failed = descriptor < 0 || fsync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
            _ = close(descriptor);
        if (failed)
            throw new IOException($"the directory '{directory}' could not be synced: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <summary>Removes a directory that holds nothing (rmdir). One that holds something stays, also if that came this very moment; one that is gone is gone.</summary>
    public static void DeleteIfEmpty(string path)
    {
        try
        {
            Directory.Delete(path);
        }
        catch (IOException) when (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).Any())
        {
        }
    }

    public static void Delete(params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            if (File.Exists(path))
                File.Delete(path);
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    private static extern int close(int descriptor);
}
