using System.Runtime.InteropServices;

namespace MailStore.Host.Lmtp;

/// <summary>What the framework has no call for.</summary>
internal static unsafe partial class NativeMethods
{
    /// <summary>Changes user and group of a file; null leaves one as it is.</summary>
    /// <returns>The system's error text, or null if it was done.</returns>
    public static string? TryChangeOwner(string path, uint? user, uint? group) =>
        ChangeOwner(path, user ?? uint.MaxValue, group ?? uint.MaxValue) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    /// <summary>Whether a path is a socket; links are not followed. Null where nothing is there, or it cannot be looked at.</summary>
    public static bool? IsSocket(string path)
    {
        const int currentDirectory = -100, doNotFollow = 0x100;
        const uint type = 1;
        const int typeMask = 0xF000, socket = 0xC000;
        FileStatus status;
        return GetStatus(currentDirectory, path, doNotFollow, type, &status) == 0 ? (status.Mode & typeMask) == socket : null;
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int directory, string path, int flags, uint mask, FileStatus* status);

    /// <summary>struct statx: the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
