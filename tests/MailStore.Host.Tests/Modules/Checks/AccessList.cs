using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MailStore.Host.Tests.Modules;

/// <summary>Access lists (acl(5)), as the kernel takes them.</summary>
internal static partial class AccessList
{
    /// <summary>Lets one more user write a file.</summary>
    /// <returns>False where the file system has no access lists.</returns>
    public static bool TrySet(string path, uint user)
    {
        // the version, then entries of tag, permissions and id: owner, user, group, mask, others
        (ushort Tag, ushort Permissions, uint Id)[] entries = [(1, 6, uint.MaxValue), (2, 6, user), (4, 4, uint.MaxValue), (0x10, 6, uint.MaxValue), (0x20, 4, uint.MaxValue)];
        var list = new byte[4 + (entries.Length * 8)];
        BinaryPrimitives.WriteUInt32LittleEndian(list, 2);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = list.AsSpan(4 + (i * 8));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Id);
        }

        return SetAttribute(path, "system.posix_acl_access", list, (nuint)list.Length, 0) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(string path, string name, byte[] value, nuint size, int flags);
}
