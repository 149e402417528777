using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Host.Modules;

/// <summary>What the checks and the lock file ask of the system, and the framework has no call for.</summary>
internal static unsafe partial class SystemCalls
{
    private const string C = "libc";
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint BasicStatus = 0x7ff;
    private const int CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const int NonBlocking = 0x800;
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int OutOfRange = 34;
    private const int LargestBuffer = 16 << 20;

    // differs by architecture (asm-generic against ARM and POWER)
    private static readonly int NoFollowFlag = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le ? 0x8000 : 0x20000;

    /// <summary>The user as whom this process acts.</summary>
    public static uint EffectiveUserId { get; } = GetEffectiveUserId();

    /// <summary>Looks at a path (statx(2), the one form of stat that is the same on every architecture).</summary>
    /// <param name="follow">Whether to look at what a symbolic link leads to.</param>
    /// <exception cref="IOException">There is nothing, or it cannot be looked at.</exception>
    public static PathStatus Status(string path, bool follow)
    {
        StatusBuffer status;
        return GetStatus(CurrentDirectory, path, follow ? 0 : DoNotFollow, BasicStatus, &status) == 0
            ? new PathStatus(status.Mode, status.User, status.Group)
            : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Whether a path has an access list of its own (acl(5)); the group's bits of its mode are then the mask of that.</summary>
    public static bool HasAccessList(string path) => GetAttribute(path, "system.posix_acl_access", null, 0) > 0;

    /// <summary>A user by number; null where there is none.</summary>
    public static (string Name, uint Group)? FindUser(uint id) => FindUser((user, buffer, size, found) => GetUserById(id, user, buffer, size, found));

    /// <summary>A user by name; null where there is none.</summary>
    public static (string Name, uint Group)? FindUser(string name) => FindUser((user, buffer, size, found) => GetUserByName(name, user, buffer, size, found));

    /// <summary>A group by number, with those who are its members beside those whose own group it is; null where there is none.</summary>
    public static (string Name, IReadOnlyList<string> Members)? FindGroup(uint id)
    {
        for (var size = 4096; size <= LargestBuffer; size *= 4)
        {
            fixed (byte* strings = new byte[size])
            {
                Group group;
                Group* found;
                var error = GetGroupById(id, &group, strings, (nuint)size, &found);
                if (error == OutOfRange)
                    continue;
                if (error != 0 || found == null)
                    return null;
                var members = new List<string>();
                for (var member = group.Members; *member != null; member++)
                    members.Add(Marshal.PtrToStringUTF8((nint)(*member))!);
                return (Marshal.PtrToStringUTF8(group.Name)!, members);
            }
        }

        return null;
    }

    /// <summary>Makes the entries of a folder durable.</summary>
    /// <exception cref="IOException">That failed.</exception>
    public static void SyncFolder(string path)
    {
        using var folder = OpenFolder(path);
        Sync(folder, path);
    }

    /// <summary>Makes a file or folder durable. .NET's own call takes EROFS for a success, which is what ext4 says when it has given up a faulty disk and dropped what was written.</summary>
    /// <exception cref="IOException">That failed. A second try would lie: the kernel has dropped what it could not write.</exception>
    public static void Sync(SafeFileHandle file, string path)
    {
        while (Fsync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        // XFS that has shut down after a fault has dropped what it had to write, and then finds nothing to do for the fsync of a folder: a look at it tells.
        StatusBuffer status;
        if (GetStatus(file, "", EmptyPath, BasicStatus, &status) != 0)
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Makes all durable that was written to the file system of a folder: for many files at once.</summary>
    /// <exception cref="IOException">That failed.</exception>
    public static void SyncFileSystem(string path)
    {
        using var folder = OpenFolder(path);
        if (SyncAll(folder) != 0)
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        Sync(folder, path);
    }

    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenFolder(string path)
    {
        var folder = new SafeFileHandle(Open(path, CloseOnExec, 0), ownsHandle: true);
        if (!folder.IsInvalid)
            return folder;
        var error = Marshal.GetLastPInvokeErrorMessage();
        folder.Dispose();
        throw new IOException($"{path}: {error}");
    }

    /// <summary>Opens a file to read it: none that a symbolic link leads to, and no pipe or device, which would keep who reads it waiting.</summary>
    /// <exception cref="IOException">It cannot be opened, or is none.</exception>
    public static SafeFileHandle OpenRegularFile(string path)
    {
        var file = new SafeFileHandle(Open(path, CloseOnExec | NonBlocking | NoFollowFlag, 0), ownsHandle: true);
        StatusBuffer status;
        if (!file.IsInvalid && GetStatus(file, "", EmptyPath, BasicStatus, &status) == 0 && new PathStatus(status.Mode, status.User, status.Group).IsFile)
            return file;
        var error = Marshal.GetLastPInvokeError();
        var text = file.IsInvalid ? Marshal.GetPInvokeErrorMessage(error) : "no regular file";
        var isGone = file.IsInvalid && error == NoEntry;
        file.Dispose();
        throw isGone ? new FileNotFoundException($"{path}: {text}", path) : new IOException($"{path}: {text}");
    }

    private delegate int UserFinder(User* user, byte* buffer, nuint size, User** found);

    private static (string Name, uint Group)? FindUser(UserFinder find)
    {
        for (var size = 4096; size <= LargestBuffer; size *= 4)
        {
            fixed (byte* strings = new byte[size])
            {
                User user;
                User* found;
                var error = find(&user, strings, (nuint)size, &found);
                if (error != OutOfRange)
                    return error == 0 && found != null ? (Marshal.PtrToStringUTF8(user.Name)!, user.OwnGroup) : null;
            }
        }

        return null;
    }

    [LibraryImport(C, EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport(C, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, StatusBuffer* status);

    [LibraryImport(C, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int GetStatus(SafeFileHandle file, string path, int flags, uint mask, StatusBuffer* status);

    [LibraryImport(C, EntryPoint = "getxattr", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint GetAttribute(string path, string name, byte* value, nuint size);

    [LibraryImport(C, EntryPoint = "getpwuid_r")]
    private static partial int GetUserById(uint id, User* user, byte* strings, nuint length, User** found);

    [LibraryImport(C, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetUserByName(string name, User* user, byte* strings, nuint length, User** found);

    [LibraryImport(C, EntryPoint = "getgrgid_r")]
    private static partial int GetGroupById(uint id, Group* group, byte* strings, nuint length, Group** found);

    [LibraryImport(C, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport(C, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport(C, EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncAll(SafeFileHandle folder);

    /// <summary>struct passwd of 64-bit Linux, glibc and musl; only its head is read.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct User
    {
        public nint Name;
        public nint Password;
        public uint Id;
        public uint OwnGroup;
    }

    /// <summary>struct group.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Group
    {
        public nint Name;
        public nint Password;
        public uint Id;
        public byte** Members;
    }

    /// <summary>struct statx.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusBuffer
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
