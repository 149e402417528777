using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MailStore.Mbox.Interop;

namespace MailStore.Mbox.Locks;

/// <summary>
/// The system's lock on a file, as others take it by fcntl(F_SETLK), but held by the open file instead of by the process (F_OFD_SETLK, Linux 3.15): two of this process
/// exclude each other, and closing the file elsewhere in it does not let go. The lock goes when the file is closed.
/// </summary>
internal static class FcntlLock
{
    private const int SetOpenFileLock = 37;
    private const short ReadLock = 0;
    private const short WriteLock = 1;

    /// <summary>Takes the lock on the whole file; false if another has it.</summary>
    public static unsafe bool TryTake(SafeFileHandle file, string path, bool isShared)
    {
        var range = new Native.FileLock { Type = isShared ? ReadLock : WriteLock };
        if (Native.Control(file, SetOpenFileLock, &range) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Posix.Again or Posix.AccessDenied ? false : throw Posix.Fault("lock", path);
    }
}
