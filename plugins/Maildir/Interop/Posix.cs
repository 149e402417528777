using System.Runtime.InteropServices;

namespace MailStore.Maildir.Interop;

/// <summary>
/// The system calls of this module, by descriptors of directories: what a user may write to himself is never reached through a symbolic
/// link. A call that a signal interrupted is made again. Every failure is a <see cref="PosixException"/>.
/// </summary>
internal static class Posix
{
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int Append = 0x400;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int RemoveDirectoryFlag = 0x200;
    private const uint NoReplace = 1;
    private const int LockExclusive = 2, LockNonBlocking = 4, LockNone = 8;

    // two of the flags differ by architecture (asm-generic against ARM and POWER)
    private static readonly bool OtherFlags =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;
    private static readonly int DirectoryOnly = OtherFlags ? 0x4000 : 0x10000;
    private static readonly int NoFollow = OtherFlags ? 0x8000 : 0x20000;

    // FS_IOC_GETVERSION of <linux/fs.h>
    private static readonly nuint GetGeneration = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le ? 0x40087601u : 0x80087601u;

    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    public static uint EffectiveUserId => Native.EffectiveUserId();

    public static uint EffectiveGroupId => Native.EffectiveGroupId();

    /// <summary>Opens a directory that is no symbolic link.</summary>
    public static Descriptor OpenDirectory(Descriptor parent, string name) => Open(parent, name, DirectoryOnly | NoFollow, 0, "open the directory");

    /// <summary>Opens a directory by its path; symbolic links on the way are the administrator's and are followed.</summary>
    public static Descriptor OpenDirectory(string path) => Open(Descriptor.None, path, DirectoryOnly, 0, "open the directory");

    /// <summary>As <see cref="OpenDirectory(Descriptor, string)"/>; null if there is none.</summary>
    public static Descriptor? TryOpenDirectory(Descriptor parent, string name) =>
        TryOpen(parent, name, DirectoryOnly | NoFollow, 0, "open the directory", Errno.NoEntry);

    /// <summary>As <see cref="OpenDirectory(string)"/>; null if there is none, or something else than a directory.</summary>
    public static Descriptor? TryOpenDirectory(string path) =>
        TryOpen(Descriptor.None, path, DirectoryOnly, 0, "open the directory", Errno.NoEntry, Errno.NotADirectory);

    /// <summary>Opens a directory by its path, of which the last part is no symbolic link; null if it is one, or there is none, or something else.</summary>
    public static Descriptor? TryOpenPlainDirectory(string path) =>
        TryOpen(Descriptor.None, path, DirectoryOnly | NoFollow, 0, "open the directory", Errno.NoEntry, Errno.NotADirectory, Errno.SymbolicLink);

    /// <summary>As <see cref="TryOpenPlainDirectory(string)"/>, of another directory.</summary>
    public static Descriptor? TryOpenPlainDirectory(Descriptor parent, string name) =>
        TryOpen(parent, name, DirectoryOnly | NoFollow, 0, "open the directory", Errno.NoEntry, Errno.NotADirectory, Errno.SymbolicLink);

    /// <summary>Opens a file for reading; null if there is none, or a symbolic link. Does not hang on a pipe.</summary>
    public static Descriptor? TryOpenFile(Descriptor parent, string name) =>
        TryOpen(parent, name, NoFollow | NonBlocking, 0, "open", Errno.NoEntry, Errno.SymbolicLink);

    /// <summary>Opens a file for appending; null if there is none, or a symbolic link.</summary>
    public static Descriptor? TryOpenForAppend(Descriptor parent, string name) =>
        TryOpen(parent, name, WriteOnly | Append | NoFollow | NonBlocking, 0, "append to", Errno.NoEntry, Errno.SymbolicLink);

    /// <summary>Opens a file for writing over what is in it; null if there is none, or a symbolic link.</summary>
    public static Descriptor? TryOpenForWrite(Descriptor parent, string name) =>
        TryOpen(parent, name, WriteOnly | NoFollow | NonBlocking, 0, "open", Errno.NoEntry, Errno.SymbolicLink);

    /// <summary>Opens a file for reading and writing, and makes it where it is missing.</summary>
    public static Descriptor OpenOrCreateFile(Descriptor parent, string name, uint mode) => Open(parent, name, ReadWrite | Create | NoFollow, mode, "open");

    /// <summary>Makes a file that must not exist.</summary>
    public static Descriptor CreateFile(Descriptor parent, string name, uint mode) =>
        Open(parent, name, WriteOnly | Create | Exclusive | NoFollow, mode, "create");

    /// <summary>Makes a directory with exactly this mode, whatever the umask.</summary>
    /// <returns>False if something of that name is there already.</returns>
    public static bool TryMakeDirectory(Descriptor parent, string name, uint mode)
    {
        if (Native.MakeDirectoryAt(parent, name, mode) < 0)
            return LastError == Errno.Exists ? false : throw Failed("make the directory", parent, name);
        using var made = OpenDirectory(parent, name);
        SetMode(made, mode);
        return true;
    }

    public static void SetMode(Descriptor descriptor, uint mode) => Check(Native.ChangeMode(descriptor, mode), "set the mode of", descriptor);

    public static void SetOwner(Descriptor descriptor, uint uid, uint gid) =>
        Check(Native.ChangeOwner(descriptor, uid, gid), $"give to uid {uid}, gid {gid}", descriptor);

    public static unsafe void SetModified(Descriptor file, DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        var spec = new Native.TimeSpec { Seconds = seconds, Nanoseconds = rest * TimeSpan.NanosecondsPerTick };
        var both = stackalloc Native.TimeSpec[] { spec, spec };
        Check(Native.SetTimes(file, both), "set the time of", file);
    }

    /// <summary>Makes durable. A failure is final: the kernel has dropped the pages that it could not write, and a second call would lie.</summary>
    public static void Sync(Descriptor descriptor)
    {
        while (Native.Sync(descriptor) < 0)
        {
            if (LastError is var errno and not Errno.Interrupted)
                throw new PosixException("fsync", descriptor.Path, errno);
        }

        // XFS that has shut down after a fault has dropped what it had to write, and then finds nothing to do for the fsync of a directory: a look at it tells.
        _ = FileStatus.Of(descriptor);
    }

    /// <summary>As <see cref="Sync"/>, for a file of which only the contents changed.</summary>
    public static void SyncData(Descriptor file)
    {
        while (Native.SyncData(file) < 0)
        {
            if (LastError is var errno and not Errno.Interrupted)
                throw new PosixException("fdatasync", file.Path, errno);
        }
    }

    /// <summary>Makes all of a file system durable. A failure since the descriptor was opened, of whatever file, is told here once.</summary>
    public static void SyncFileSystem(Descriptor descriptor)
    {
        while (Native.SyncFileSystem(descriptor) < 0)
        {
            if (LastError is var errno and not Errno.Interrupted)
                throw new PosixException("syncfs", descriptor.Path, errno);
        }

        // as with fsync
        _ = FileStatus.Of(descriptor);
    }

    public static void Truncate(Descriptor file, long length) => Check(Native.Truncate(file, length), "cut the length of", file);

    /// <summary>Takes the lock of an open file, which goes with its process.</summary>
    /// <returns>False if another has it.</returns>
    public static bool TryLock(Descriptor file)
    {
        while (Native.Lock(file, LockExclusive | LockNonBlocking) < 0)
        {
            if (LastError == Errno.WouldBlock)
                return false;
            if (LastError is var errno and not Errno.Interrupted)
                throw new PosixException("lock", file.Path, errno);
        }

        return true;
    }

    /// <summary>Gives the lock of an open file back, whoever has it open besides. If that fails, it goes with the last of them.</summary>
    public static void Unlock(Descriptor file) => _ = Native.Lock(file, LockNone);

    /// <summary>What tells a file from an earlier one with the same number of inode; 0 where the file system does not tell.</summary>
    public static unsafe uint GenerationOf(Descriptor file)
    {
        long generation = 0;
        if (Native.IoControl(file, GetGeneration, &generation) < 0 && LastError is not (Errno.NoIoControl or Errno.NotSupported or Errno.NoSystemCall))
            throw new PosixException("tell the generation of", file.Path, LastError);
        return (uint)generation;
    }

    public static void Rename(Descriptor from, string source, Descriptor to, string target)
    {
        if (Native.RenameAt(from, source, to, target) < 0)
            throw Failed($"rename {from.PathOf(source)} to", to, target);
    }

    /// <summary>Renames a file, over what has the name.</summary>
    /// <returns>False if there is no such file.</returns>
    public static bool TryRename(Descriptor from, string source, Descriptor to, string target)
    {
        if (Native.RenameAt(from, source, to, target) == 0)
            return true;
        return LastError == Errno.NoEntry ? false : throw Failed($"rename {from.PathOf(source)} to", to, target);
    }

    /// <summary>Renames a directory that has entries to a name that must not be taken; also across hosts.</summary>
    /// <returns>False if the name is taken, or the source is gone: on NFS a rename whose reply was lost looks so.</returns>
    public static bool TryRenameDirectory(Descriptor parent, string source, string target)
    {
        if (Native.RenameAt2(parent, source, parent, target, NoReplace) == 0)
            return true;
        // not every file system (NFS) takes the flag. rename(2) itself never replaces a directory that has entries.
        var errno = LastError;
        if (errno is Errno.InvalidArgument or Errno.NoSystemCall or Errno.NotSupported)
        {
            if (Native.RenameAt(parent, source, parent, target) == 0)
                return true;
            errno = LastError;
        }

        return errno is Errno.Exists or Errno.NotEmpty or Errno.NotADirectory or Errno.NoEntry
            ? false
            : throw new PosixException($"rename {parent.PathOf(source)} to", parent.PathOf(target), errno);
    }

    /// <summary>Gives a file a second name that must not be taken.</summary>
    public static bool TryLink(Descriptor parent, string source, string target)
    {
        if (Native.LinkAt(parent, source, parent, target, 0) == 0)
            return true;
        return LastError == Errno.Exists ? false : throw Failed($"link {parent.PathOf(source)} to", parent, target);
    }

    /// <summary>Removes a file; one that is gone already is a success.</summary>
    public static void Unlink(Descriptor parent, string name)
    {
        if (Native.UnlinkAt(parent, name, 0) < 0 && LastError != Errno.NoEntry)
            throw Failed("remove", parent, name);
    }

    /// <summary>Removes a file.</summary>
    /// <returns>False if there is no such file.</returns>
    public static bool TryUnlink(Descriptor parent, string name)
    {
        if (Native.UnlinkAt(parent, name, 0) == 0)
            return true;
        return LastError == Errno.NoEntry ? false : throw Failed("remove", parent, name);
    }

    /// <summary>Removes an empty directory; one that is gone already is a success.</summary>
    /// <returns>False if it is not empty.</returns>
    public static bool TryRemoveDirectory(Descriptor parent, string name)
    {
        if (Native.UnlinkAt(parent, name, RemoveDirectoryFlag) == 0)
            return true;
        return LastError switch
        {
            Errno.NoEntry => true,
            Errno.NotEmpty or Errno.Exists => false,
            _ => throw Failed("remove the directory", parent, name),
        };
    }

    private static Descriptor Open(Descriptor parent, string name, int flags, uint mode, string action) =>
        TryOpen(parent, name, flags, mode, action)!;

    private static Descriptor? TryOpen(Descriptor parent, string name, int flags, uint mode, string action, params ReadOnlySpan<Errno> absent)
    {
        int value;
        do
            value = Native.OpenAt(parent, name, flags | CloseOnExec, mode);
        while (value < 0 && LastError == Errno.Interrupted);
        if (value >= 0)
            return new Descriptor(value, parent.PathOf(name));
        return absent.Contains(LastError) ? null : throw Failed(action, parent, name);
    }

    private static void Check(long result, string action, Descriptor descriptor)
    {
        if (result < 0)
            throw new PosixException(action, descriptor.Path, LastError);
    }

    private static PosixException Failed(string action, Descriptor parent, string name) => new(action, parent.PathOf(name), LastError);
}
