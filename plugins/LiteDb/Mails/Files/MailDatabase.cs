using System.Globalization;
using LiteDB;
using LiteDB.Engine;
using MailStore.LiteDb.Mails.Content;
using MailStore.LiteDb.Mails.Places;
using MailStore.LiteDb.Storage;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>The collections of a mail file in one engine of LiteDB. Used by one thread at a time; after any exception it is abandoned and another one opened.</summary>
internal sealed class MailDatabase : IDisposable
{
    private const string Mailboxes = "mailboxes";
    private const string Mails = "mails";
    private const string Files = "_files";
    private const string Chunks = "_chunks";
    private const string Meta = "meta";
    private const string Form = "mails";
    private const string LastNumberKey = "mailbox";
    private const int CurrentForm = 1;

    private static readonly Lazy<byte[]> Empty = new(() => JournaledEngine.CreateImage(engine => engine.Insert(
        Meta, [new BsonDocument { ["_id"] = Form, ["v"] = CurrentForm }, new BsonDocument { ["_id"] = LastNumberKey, ["v"] = 0L }], BsonAutoId.Int64)));

    private readonly JournaledEngine _engine;

    private MailDatabase(JournaledEngine engine)
    {
        _engine = engine;
        var form = _engine.Find(Meta, Form)?["v"].AsInt64;
        if (form != CurrentForm)
        {
            throw new DamagedDatabaseException(form is null
                ? "it is a LiteDB database, but not of mails"
                : string.Create(CultureInfo.InvariantCulture, $"it has form {form}, and this version of the plugin reads form {CurrentForm}; use a newer one"));
        }

        LastNumber = _engine.Find(Meta, LastNumberKey)?["v"].AsInt64 ?? throw new DamagedDatabaseException("its counter of mailboxes is missing");
    }

    /// <summary>The greatest number that was ever given to a mailbox.</summary>
    public long LastNumber { get; private set; }

    /// <inheritdoc cref="JournaledEngine.Replayed"/>
    public int Replayed => _engine.Replayed;

    /// <inheritdoc cref="JournaledEngine.PagesOfLastCommit"/>
    public int PagesOfLastCommit => _engine.PagesOfLastCommit;

    public static MailDatabase Open(DatabaseFiles files) => new(JournaledEngine.Open(files));

    /// <summary>The bytes of a new file without mailboxes.</summary>
    public static byte[] CreateImage() => Empty.Value;

    public MailboxState? FindMailbox(BsonValue id) => _engine.Find(Mailboxes, id) is { } document ? MailboxState.From(document) : null;

    /// <summary>The mailbox of a place; null if it is not in this file (any more).</summary>
    public MailboxState? FindMailbox(MailboxPlace place) =>
        FindMailbox(MailDocuments.OwnerId(place.User, place.Life)) is { } mailbox && mailbox.Number == place.Number ? mailbox : null;

    /// <summary>Whether it holds no mailbox but, at most, that of a place.</summary>
    public bool IsEmptyBut(MailboxPlace? place)
    {
        var found = _engine.Read(Mailboxes, new BsonValue(Array.Empty<byte>()), inclusive: true, count: 2);
        return found.Count == 0 || (found.Count == 1 && place is not null && found[0]["_id"] == MailDocuments.OwnerId(place.User, place.Life));
    }

    /// <summary>Reads mailboxes in the order of their ids.</summary>
    /// <param name="after">The last one that was read; null for the beginning.</param>
    /// <param name="count">How many at most.</param>
    public List<MailboxState> ReadMailboxes(BsonValue? after, int count) =>
        _engine.Read(Mailboxes, after ?? new BsonValue(Array.Empty<byte>()), inclusive: false, count).ConvertAll(MailboxState.From);

    /// <summary>Whether a mailbox has this number.</summary>
    public bool IsTaken(long number)
    {
        const int Page = 256;
        BsonValue? after = null;
        List<MailboxState> mailboxes;
        do
        {
            mailboxes = ReadMailboxes(after, Page);
            if (mailboxes.Exists(mailbox => mailbox.Number == number))
                return true;
            after = mailboxes.LastOrDefault()?.Id;
        }
        while (mailboxes.Count == Page);
        return false;
    }

    /// <summary>Counts the mails of a mailbox.</summary>
    /// <param name="mailbox">Its number.</param>
    public MailTotals CountMails(long mailbox)
    {
        const int Page = 256;
        var (count, bytes, last) = (0L, 0L, 0L);
        BsonValue? after = null;
        List<BsonDocument> records;
        do
        {
            records = ReadMails(mailbox, after, Page);
            foreach (var record in records)
            {
                count++;
                bytes += MailDocuments.SizeOf(record);
                last = Math.Max(last, MailKey.Of(record["_id"]).Sequence);
                after = record["_id"];
            }
        }
        while (records.Count == Page);
        return new MailTotals(count, bytes, last);
    }

    public bool Has(MailKey key) => FindMail(key) is not null;

    public BsonDocument? FindMail(MailKey key) => _engine.Find(Mails, key.ToBson());

    /// <summary>Reads the records of a mailbox's mails in order.</summary>
    /// <param name="mailbox">Its number.</param>
    /// <param name="after">The last one that was read; null for the beginning.</param>
    /// <param name="count">How many at most.</param>
    public List<BsonDocument> ReadMails(long mailbox, BsonValue? after, int count)
    {
        var records = _engine.Read(Mails, after ?? MailKey.First(mailbox), inclusive: false, count);
        var end = records.FindIndex(record => MailKey.Of(record["_id"]).Mailbox != mailbox);
        return end < 0 ? records : records[..end];
    }

    /// <summary>A piece of a mail; null if the mail is gone.</summary>
    public byte[]? ReadPiece(string file, int number) => _engine.Find(Chunks, MailDocuments.ChunkId(file, number))?["data"].AsBinary;

    /// <summary>Writes all of a batch in one transaction; durable when it returns.</summary>
    public void Commit(MailBatch batch)
    {
        if (batch.IsEmpty)
            return;
        _engine.Commit(engine => Write(engine, batch));
        LastNumber = batch.LastNumber;
    }

    /// <inheritdoc cref="JournaledEngine.Abandon"/>
    public void Abandon() => _engine.Abandon();

    /// <inheritdoc cref="JournaledEngine.Dispose"/>
    public void Dispose() => _engine.Dispose();

    private void Write(LiteEngine engine, MailBatch batch)
    {
        if (batch.Removed.Count > 0)
        {
            engine.Delete(Chunks, batch.Removed.SelectMany(ChunkIds));
            engine.Delete(Files, batch.Removed.Select(record => record["f"]));
            engine.Delete(Mails, batch.Removed.Select(record => record["_id"]));
        }

        if (batch.Mails.Count > 0)
        {
            engine.Insert(Chunks, batch.Mails.SelectMany(mail => MailDocuments.Chunks(mail.Key, mail.Mail)), BsonAutoId.ObjectId);
            engine.Insert(Files, batch.Mails.Select(mail => MailDocuments.File(mail.Key, mail.Mail)), BsonAutoId.ObjectId);
            engine.Insert(Mails, batch.Mails.Select(mail => MailDocuments.Record(mail.Key, mail.Mail)), BsonAutoId.ObjectId);
        }

        if (batch.Changed is { Count: > 0 } changed)
            engine.Update(Mails, changed);
        engine.Delete(Mailboxes, batch.Mailboxes.Where(mailbox => mailbox.IsRemoved).Select(mailbox => mailbox.Id));
        engine.Upsert(Mailboxes, batch.Mailboxes.Where(mailbox => !mailbox.IsRemoved).Select(mailbox => mailbox.ToDocument()), BsonAutoId.ObjectId);
        if (batch.LastNumber != LastNumber)
            engine.Update(Meta, [new BsonDocument { ["_id"] = LastNumberKey, ["v"] = batch.LastNumber }]);
    }

    private static IEnumerable<BsonValue> ChunkIds(BsonDocument record) =>
        Enumerable.Range(0, MailPieces.CountOf(MailDocuments.SizeOf(record))).Select(i => MailDocuments.ChunkId(record["f"].AsString, i));
}
