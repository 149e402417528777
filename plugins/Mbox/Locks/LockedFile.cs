using Microsoft.Win32.SafeHandles;
using MailStore.Mbox.Interop;

namespace MailStore.Mbox.Locks;

/// <summary>An mbox file that is open and locked: a regular file with one name, and the one that the path names.</summary>
internal sealed class LockedFile(SafeFileHandle handle, string path, FileStatus status, DotLock? dotLock) : IDisposable
{
    public SafeFileHandle Handle => handle;

    public string Path => path;

    /// <summary>As it was when the lock was taken.</summary>
    public FileStatus Status => status;

    public FileStatus StatusNow() => Posix.Stat(handle, path);

    /// <summary>Closes the file, and tells an error of it; the locks go.</summary>
    public void Close()
    {
        try
        {
            if (!handle.IsClosed)
                Posix.Close(handle, path);
        }
        finally
        {
            dotLock?.Release();
            dotLock = null;
        }
    }

    /// <summary>The same, where an error tells nothing any more.</summary>
    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
        }

        handle.Dispose();
    }
}
