using System.Runtime.InteropServices;

namespace MailStore.Maildir.Interop;

/// <summary>The C library, one to one. Only <see cref="Posix"/> and its neighbours call it.</summary>
internal static unsafe partial class Native
{
    private const string C = "libc";

    [LibraryImport(C, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenAt(Descriptor directory, string path, int flags, uint mode);

    [LibraryImport(C, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport(C, EntryPoint = "writev", SetLastError = true)]
    internal static partial nint WriteVector(Descriptor file, IoVector* vector, int count);

    [LibraryImport(C, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(Descriptor file, byte* buffer, nint count);

    [LibraryImport(C, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(Descriptor descriptor);

    [LibraryImport(C, EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncData(Descriptor descriptor);

    [LibraryImport(C, EntryPoint = "syncfs", SetLastError = true)]
    internal static partial int SyncFileSystem(Descriptor descriptor);

    [LibraryImport(C, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint WriteAt(Descriptor file, byte* buffer, nint count, long position);

    [LibraryImport(C, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadAt(Descriptor file, byte* buffer, nint count, long position);

    [LibraryImport(C, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(Descriptor file, long length);

    [LibraryImport(C, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(Descriptor file, int operation);

    [LibraryImport(C, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoControl(Descriptor file, nuint request, long* argument);

    [LibraryImport(C, EntryPoint = "fchown", SetLastError = true)]
    internal static partial int ChangeOwner(Descriptor descriptor, uint uid, uint gid);

    [LibraryImport(C, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(Descriptor descriptor, uint mode);

    [LibraryImport(C, EntryPoint = "futimens", SetLastError = true)]
    internal static partial int SetTimes(Descriptor file, TimeSpec* accessAndModification);

    [LibraryImport(C, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeDirectoryAt(Descriptor directory, string path, uint mode);

    [LibraryImport(C, EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RenameAt(Descriptor from, string source, Descriptor to, string target);

    [LibraryImport(C, EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int RenameAt2(Descriptor from, string source, Descriptor to, string target, uint flags);

    [LibraryImport(C, EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int LinkAt(Descriptor from, string source, Descriptor to, string target, int flags);

    [LibraryImport(C, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int UnlinkAt(Descriptor directory, string path, int flags);

    [LibraryImport(C, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatX(Descriptor directory, string path, int flags, uint mask, StatXBuffer* buffer);

    [LibraryImport(C, EntryPoint = "fdopendir", SetLastError = true)]
    internal static partial nint OpenStream(int descriptor);

    [LibraryImport(C, EntryPoint = "readdir", SetLastError = true)]
    internal static partial DirectoryEntryHead* ReadStream(nint stream);

    [LibraryImport(C, EntryPoint = "closedir", SetLastError = true)]
    internal static partial int CloseStream(nint stream);

    [LibraryImport(C, EntryPoint = "sem_init", SetLastError = true)]
    internal static partial int InitialiseSemaphore(void* semaphore, int shared, uint value);

    [LibraryImport(C, EntryPoint = "sem_wait", SetLastError = true)]
    internal static partial int WaitForSemaphore(void* semaphore);

    [LibraryImport(C, EntryPoint = "sem_post", SetLastError = true)]
    internal static partial int PostSemaphore(void* semaphore);

    [LibraryImport(C, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUserId();

    [LibraryImport(C, EntryPoint = "getegid")]
    internal static partial uint EffectiveGroupId();

    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public byte* Start;
        public nint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct dirent of 64-bit Linux, glibc and musl; the name follows, ended by NUL.</summary>
    [StructLayout(LayoutKind.Explicit)]
    internal struct DirectoryEntryHead
    {
        [FieldOffset(0)]
        public ulong Inode;

        [FieldOffset(18)]
        public byte Type;

        [FieldOffset(19)]
        public byte Name;
    }

    /// <summary>struct statx: the one form of stat that is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatXBuffer
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(24)]
        public uint Gid;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public long Size;

        [FieldOffset(96)]
        public long ChangeSeconds;

        [FieldOffset(104)]
        public uint ChangeNanoseconds;

        [FieldOffset(112)]
        public long ModificationSeconds;

        [FieldOffset(120)]
        public uint ModificationNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
