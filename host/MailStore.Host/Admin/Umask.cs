using System.Runtime.InteropServices;

namespace MailStore.Host.Admin;

/// <summary>umask(2): what the process's new files and sockets are not to allow. Process-wide.</summary>
internal static partial class Umask
{
    public const uint OwnerOnly = 0b000_111_111;

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint Set(uint mask);
}
