using System.Runtime.InteropServices;

namespace MailStore.Host.Lmtp;

/// <summary>What the framework has no call for.</summary>
internal static unsafe partial class NativeMethods
{
    /// <summary>The group's number (getgrnam(3)), or null if there is no such group.</summary>
    public static uint? GroupIdOf(string name)
    {
        const int outOfRange = 34;
        for (var size = 4096; size <= 16 << 20; size *= 4)
        {
            var buffer = new byte[size];
            fixed (byte* strings = buffer)
            {
                Group group;
                Group* found;
                var error = GetGroupByName(name, &group, strings, (nuint)size, &found);
                if (error != outOfRange)
                    return error == 0 && found != null ? found->Id : null;
            }
        }

        return null;
    }

    /// <summary>Changes the group of a file, not its owner.</summary>
    /// <returns>The system's error text, or null if it was done.</returns>
    public static string? TryChangeGroup(string path, uint group) =>
        ChangeOwner(path, uint.MaxValue, group) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    /// <summary>Whether a path is a socket; links are not followed. Null where nothing is there, or it cannot be looked at.</summary>
    public static bool? IsSocket(string path)
    {
        const int currentDirectory = -100, doNotFollow = 0x100;
        const uint type = 1;
        const int typeMask = 0xF000, socket = 0xC000;
        FileStatus status;
        return GetStatus(currentDirectory, path, doNotFollow, type, &status) == 0 ? (status.Mode & typeMask) == socket : null;
    }

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupByName(string name, Group* group, byte* strings, nuint length, Group** found);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, FileStatus* status);

    /// <summary>struct group.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Group
    {
        public nint Name;
        public nint Password;
        public uint Id;
        public nint Members;
    }

    /// <summary>struct statx: the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
