using LiteDB;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>A mailbox in a file, as a batch sees and changes it: <c>{ _id: owner, n: number, c: mails, b: bytes, s: last sequence }</c>.</summary>
internal sealed class MailboxState(BsonValue id, long number)
{
    public BsonValue Id => id;

    public long Number => number;

    public long Count { get; set; }

    public long Bytes { get; set; }

    public long LastSequence { get; set; }

    /// <summary>Whether the batch adds mails to it.</summary>
    public bool HasNewMail { get; set; }

    /// <summary>Whether the batch removes it.</summary>
    public bool IsRemoved { get; set; }

    public static MailboxState From(BsonDocument document) => new(document["_id"], document["n"].AsInt64)
    {
        Count = document["c"].AsInt64,
        Bytes = document["b"].AsInt64,
        LastSequence = document["s"].AsInt64,
    };

    public BsonDocument ToDocument() => new() { ["_id"] = id, ["n"] = number, ["c"] = Count, ["b"] = Bytes, ["s"] = LastSequence };
}
