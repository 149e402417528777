using System.Globalization;
using System.Runtime.InteropServices;

namespace MailStore.Host.Configuration;

/// <summary>Users and groups as the system knows them: getpwnam(3), getgrnam(3).</summary>
internal static unsafe partial class SystemAccounts
{
    private const int OutOfRange = 34; // ERANGE: the strings want more room
    private const int FirstSize = 4096;
    private const int LastSize = 16 << 20;

    /// <param name="user">By name or number; a number needs no entry.</param>
    /// <returns>Null if there is no such user.</returns>
    public static uint? UserIdOf(string user) => NumberOf(user) ?? IdOf(user, GetUserByName);

    /// <inheritdoc cref="UserIdOf"/>
    public static uint? GroupIdOf(string group) => NumberOf(group) ?? IdOf(group, GetGroupByName);

    /// <summary>The last one means "leave it" to chown(2).</summary>
    private static uint? NumberOf(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue ? number : null;

    private static uint? IdOf(string name, LookUp lookUp)
    {
        for (var size = FirstSize; size <= LastSize; size *= 4)
        {
            var buffer = new byte[size];
            fixed (byte* strings = buffer)
            {
                Entry entry;
                Entry* found;
                var error = lookUp(name, &entry, strings, (nuint)size, &found);
                if (error != OutOfRange)
                    return error == 0 && found != null ? found->Id : null;
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetUserByName(string name, Entry* entry, byte* strings, nuint length, Entry** found);

    [LibraryImport("libc", EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupByName(string name, Entry* entry, byte* strings, nuint length, Entry** found);

    private delegate int LookUp(string name, Entry* entry, byte* strings, nuint length, Entry** found);

    /// <summary>struct passwd and struct group begin alike; the rest is room for the longer one.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public nint Name;
        public nint Password;
        public uint Id;
        public uint LoginGroup;
        public nint Comment;
        public nint Home;
        public nint Shell;
    }
}
