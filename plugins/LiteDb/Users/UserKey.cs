using System.Buffers.Binary;
using LiteDB;

namespace MailStore.LiteDb.Users;

/// <summary>
/// A user's name as key of the index: UTF-16, high byte first. LiteDB orders binary keys byte by byte, so this is the ordinal order of the contract for any
/// text, unpaired surrogates included, whatever collation the file has. A name of 320 characters takes 640 bytes; LiteDB's limit is 1023.
/// </summary>
internal static class UserKey
{
    public const int MaxLength = 320;

    public static BsonValue Of(string name)
    {
        var bytes = new byte[name.Length * sizeof(char)];
        for (var i = 0; i < name.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i * sizeof(char)), name[i]);
        return new BsonValue(bytes);
    }

    public static string NameOf(BsonValue key)
    {
        var bytes = key.AsBinary;
        return string.Create(bytes.Length / sizeof(char), bytes, static (name, bytes) =>
        {
            for (var i = 0; i < name.Length; i++)
                name[i] = (char)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i * sizeof(char)));
        });
    }
}
