using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Interop;

/// <summary>System calls that .NET has no call for. Every failure is an IOException with the system's number as its HResult, as .NET's own are.</summary>
internal static class Posix
{
    public const int NoEntry = 2;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;

    private const int NoSpace = 28;
    private const int SymbolicLink = 40;
    private const int QuotaExceeded = 122;

    private const int ReadWrite = 2;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int AtCurrentDirectory = -100;
    private const int SymlinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>0600: files; whatever the umask says, nobody else's.</summary>
    private const uint PrivateFile = 0x180;
    private const uint PrivateDirectory = 0x1c0;

    // one of the flags differs by architecture (asm-generic against ARM and POWER)
    private static readonly int NoFollow =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le ? 0x8000 : 0x20000;

    /// <summary>Whether room is what lacked: the device's, or the file system's quota.</summary>
    public static bool IsFull(Exception e) => e.HResult is NoSpace or QuotaExceeded;

    /// <summary>Opens a file that is no symbolic link for reading and writing; null if there is none. Does not hang on a pipe.</summary>
    public static SafeFileHandle? TryOpen(string path, bool isReadOnly = false) =>
        Open(path, (isReadOnly ? 0 : ReadWrite) | NoFollow | NonBlocking, NoEntry, "open");

    /// <summary>Makes a file for reading and writing; null if there is one.</summary>
    public static SafeFileHandle? TryCreate(string path) => Open(path, ReadWrite | Create | Exclusive | NoFollow, Exists, "create");

    /// <summary>Makes a file with this text that must not exist; durable, but for its name, if asked for.</summary>
    public static void CreateText(string path, ReadOnlySpan<byte> text, bool isDurable)
    {
        using var file = Open(path, WriteOnly | Create | Exclusive | NoFollow, 0, "create")!;
        RandomAccess.Write(file, text, 0);
        if (isDurable)
            Sync(file, path);
        Close(file, path);
    }

    /// <summary>Looks at a path, not through a symbolic link; null if there is nothing.</summary>
    public static unsafe FileStatus? TryStat(string path)
    {
        Native.StatXBuffer buffer;
        if (Native.StatX(AtCurrentDirectory, path, SymlinkNoFollow, BasicStats, &buffer) == 0)
            return Read(buffer);
        return LastError == NoEntry ? null : throw Fault("look at", path);
    }

    public static unsafe FileStatus Stat(SafeFileHandle file, string path)
    {
        Native.StatXBuffer buffer;
        return Native.StatX(file, "", EmptyPath, BasicStats, &buffer) == 0 ? Read(buffer) : throw Fault("look at", path);
    }

    /// <summary>Makes durable. A failure is final: the kernel has dropped the pages that it could not write, and a second call would lie.</summary>
    public static void Sync(SafeFileHandle file, string path)
    {
        while (Native.Sync(file) < 0)
        {
            if (LastError != 4) // EINTR
                throw Fault("fsync", path);
        }

        // XFS that has shut down after a fault has dropped what it had to write, and then finds nothing to do for the fsync of a directory: a look at it tells.
        _ = Stat(file, path);
    }

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        using var directory = Open(path, 0, 0, "open the directory")!;
        Sync(directory, path);
    }

    /// <summary>Closes and tells an error of it: file systems such as NFS report a failed write only here.</summary>
    public static void Close(SafeFileHandle file, string path)
    {
        // a second close would hit whatever has the number by then
        ObjectDisposedException.ThrowIf(file.IsClosed, file);
        var descriptor = (int)file.DangerousGetHandle();
        file.SetHandleAsInvalid();
        if (Native.Close(descriptor) < 0 && LastError != 4)
            throw Fault("close", path);
    }

    /// <summary>Gives a file a second name; false if the name is taken.</summary>
    public static bool TryLink(string source, string target) =>
        Native.Link(source, target) == 0 || (LastError == Exists ? false : throw Fault($"link {source} to", target));

    /// <summary>Removes a file; one that is gone already is a success.</summary>
    public static void Unlink(string path)
    {
        if (Native.Unlink(path) < 0 && LastError != NoEntry)
            throw Fault("remove", path);
    }

    public static void Rename(string source, string target)
    {
        if (Native.Rename(source, target) < 0)
            throw Fault($"rename {source} to", target);
    }

    /// <summary>Makes a directory of mode 0700 with its name durable; one that is there is a success.</summary>
    public static void MakeDirectory(string path)
    {
        if (Native.MakeDirectory(path, PrivateDirectory) < 0 && LastError != Exists)
            throw Fault("make the directory", path);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    public static IOException Fault(string action, string path)
    {
        var errno = LastError;
        var hint = errno == SymbolicLink ? "; it is a symbolic link, and none is followed" : "";
        return new IOException($"cannot {action} {path}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}){hint}", errno);
    }

    private static int LastError => Marshal.GetLastPInvokeError();

    private static SafeFileHandle? Open(string path, int flags, int absent, string action)
    {
        int descriptor;
        do
            descriptor = Native.Open(path, flags | CloseOnExec, PrivateFile);
        while (descriptor < 0 && LastError == 4);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        return absent != 0 && LastError == absent ? null : throw Fault(action, path);
    }

    private static FileStatus Read(in Native.StatXBuffer buffer) => new(
        (buffer.Mode & 0xf000) == 0x8000, (buffer.Mode & 0xf000) == 0x4000, buffer.Links, ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor, buffer.Inode, buffer.Size,
        (buffer.ModificationSeconds * NanosecondsPerSecond) + buffer.ModificationNanoseconds, (buffer.ChangeSeconds * NanosecondsPerSecond) + buffer.ChangeNanoseconds);
}
