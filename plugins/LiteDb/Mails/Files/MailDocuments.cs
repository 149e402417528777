using System.Buffers.Binary;
using LiteDB;
using MailStore.LiteDb.Users;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>
/// Mails as documents. The record: <c>{ _id: key, f: id in the file storage, z: size, g: flags, e: envelope, serialised }</c> (why serialised: <see cref="UserDocument"/>).
/// Its content: as LiteDB's own file storage keeps a file, so that every program that uses LiteDB can read it.
/// </summary>
/// <remarks>
/// LiteDB's <c>LiteStorage</c> could write in the transaction of its thread, too; it would write the file's document twice and copy each piece three
/// times more.
/// </remarks>
internal static class MailDocuments
{
    public static BsonDocument Record(MailKey key, NewMail mail)
    {
        var envelope = mail.Envelope;
        var rest = new BsonDocument
        {
            ["i"] = envelope.DeliveryId, ["s"] = Clean(envelope.Sender), ["r"] = Clean(envelope.Recipient), ["w"] = envelope.SizeCrLf,
        };
        var record = new BsonDocument { ["_id"] = key.ToBson(), ["f"] = key.FileId, ["z"] = mail.Size, ["e"] = BsonSerializer.Serialize(rest) };
        SetFlags(record, mail.Flags);
        return record;
    }

    public static void SetFlags(BsonDocument record, MailFlags flags)
    {
        if (flags == MailFlags.None)
            record.Remove("g");
        else
            record["g"] = (int)flags;
    }

    public static StoredMail ToStored(BsonDocument record)
    {
        var key = MailKey.Of(record["_id"]);
        var flags = record["g"].IsInt32 ? (MailFlags)record["g"].AsInt32 : MailFlags.None;
        return new StoredMail(key.Id, SizeOf(record), DateTimeOffset.FromUnixTimeMilliseconds(key.Arrival), flags, key.Folder.Length == 0 ? null : key.Folder);
    }

    public static long SizeOf(BsonDocument record) => record["z"].AsInt64;

    /// <summary>The document of the file in LiteDB's <c>_files</c>.</summary>
    public static BsonDocument File(MailKey key, NewMail mail) => new()
    {
        ["_id"] = key.FileId,
        ["filename"] = Clean(mail.Place.User) + "/" + key.Id + ".eml",
        ["mimeType"] = "message/rfc822",
        ["length"] = mail.Size,
        ["chunks"] = mail.Pieces.Length,
        ["uploadDate"] = mail.Arrival.UtcDateTime,
        ["metadata"] = new BsonDocument(),
    };

    /// <summary>The documents of its pieces in LiteDB's <c>_chunks</c>.</summary>
    public static IEnumerable<BsonDocument> Chunks(MailKey key, NewMail mail) =>
        mail.Pieces.Select((piece, i) => new BsonDocument { ["_id"] = ChunkId(key.FileId, i), ["data"] = piece });

    public static BsonValue ChunkId(string file, int number) => new BsonDocument { ["f"] = file, ["n"] = number };

    /// <summary>The key of a mailbox: whose, and which of his lives.</summary>
    public static BsonValue OwnerId(string user, long life)
    {
        var name = UserKey.Of(user).AsBinary;
        var id = new byte[name.Length + sizeof(long)];
        name.CopyTo(id, 0);
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(name.Length), life);
        return new BsonValue(id);
    }

    /// <summary>Whose a mailbox is, and which of his lives.</summary>
    public static (string User, long Life) OwnerOf(BsonValue id)
    {
        var bytes = id.AsBinary;
        return (UserKey.NameOf(new BsonValue(bytes[..^sizeof(long)])), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(bytes.Length - sizeof(long))));
    }

    /// <summary>Half a surrogate pair is no text to BSON.</summary>
    private static string Clean(string text) =>
        text.Any(char.IsSurrogate) ? System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)) : text;
}
