using System.Buffers.Binary;

namespace MailStore.Postgres.Users;

/// <summary>
/// A user's name as a key: UTF-16, high byte first. PostgreSQL orders bytea byte by byte, so this is the ordinal order of the contract for any text. (The
/// order of text in collation "C" is that of UTF-8, where characters beyond U+FFFF come last.)
/// </summary>
internal static class UserKey
{
    public const int MaxLength = 320;

    public static byte[] Of(string name)
    {
        var bytes = new byte[name.Length * sizeof(char)];
        for (var i = 0; i < name.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i * sizeof(char)), name[i]);
        return bytes;
    }
}
