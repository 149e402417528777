using LiteDB;
using LiteDB.Engine;

namespace MailStore.LiteDb.Storage;

/// <summary>
/// An engine of LiteDB over a <see cref="JournaledStream"/>: what one call of <see cref="Commit"/> writes is durable, all of it, when that returns. Used by
/// one thread at a time; after any exception it is abandoned and another one opened.
/// </summary>
internal sealed class JournaledEngine : IDisposable
{
    private readonly JournaledStream _stream;
    private readonly LiteEngine _engine;

    private JournaledEngine(JournaledStream stream)
    {
        _stream = stream;
        _engine = OpenEngine(stream);
    }

    /// <summary>How many commits had to be written again when it was opened.</summary>
    public int Replayed => _stream.Replayed;

    /// <summary>How many pages the last commit wrote.</summary>
    public int PagesOfLastCommit => _stream.PagesOfLastCommit;

    public static JournaledEngine Open(DatabaseFiles files) => new(JournaledStream.Open(files.Data, files.Journal));

    /// <summary>The bytes of a new database.</summary>
    /// <param name="fill">Puts in what it has from the start.</param>
    public static byte[] CreateImage(Action<LiteEngine> fill)
    {
        using var data = new MemoryStream();
        using (var engine = OpenEngine(data))
        {
            fill(engine);
            engine.Checkpoint();
        }

        var image = data.ToArray();
        for (var at = 0; at < image.Length; at += DatabasePage.Size)
            DatabasePage.Seal(image.AsSpan(at, DatabasePage.Size));
        return image;
    }

    /// <summary>A document by its id, or null.</summary>
    public BsonDocument? Find(string collection, BsonValue id)
    {
        using var reader = Query(collection, "$._id = @0", id, 1);
        return reader.Read() ? reader.Current.AsDocument : null;
    }

    /// <summary>Reads documents in the order of their ids.</summary>
    /// <param name="collection">Whose.</param>
    /// <param name="from">Where to start.</param>
    /// <param name="inclusive">Whether a document of that very id is meant too.</param>
    /// <param name="count">How many at most.</param>
    public List<BsonDocument> Read(string collection, BsonValue from, bool inclusive, int count)
    {
        var documents = new List<BsonDocument>();
        using var reader = Query(collection, inclusive ? "$._id >= @0" : "$._id > @0", from, count);
        while (reader.Read())
            documents.Add(reader.Current.AsDocument);
        return documents;
    }

    /// <summary>Writes in one transaction; durable when it returns.</summary>
    public void Commit(Action<LiteEngine> write)
    {
        _engine.BeginTrans();
        write(_engine);
        _engine.Commit();

        // Writes the transaction's pages to the stream and flushes it: this is where it becomes durable.
        _engine.Checkpoint();
    }

    /// <summary>Goes on with a copy of the database.</summary>
    /// <returns>Whether it is complete.</returns>
    public bool CopyTo(DatabaseCopy copy) => _stream.CopyTo(copy);

    /// <summary>Gives the engine up after a fault; nothing more reaches the file.</summary>
    public void Abandon()
    {
        _stream.Abandon();
        try
        {
            _engine.Dispose();
        }
        catch (Exception e) when (e is IOException or LiteException or InvalidOperationException or ArgumentException or AggregateException)
        {
            // The fault itself was reported; what LiteDB says while it closes a broken engine adds nothing.
        }
    }

    /// <summary>Closes it in order: the data file is whole without the journal.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        _stream.Settle();
        _stream.Abandon();
    }

    private static LiteEngine OpenEngine(Stream data) => new(new EngineSettings
    {
        DataStream = data,
        LogStream = new MemoryStream(),
        TempStream = new MemoryStream(),
        Collation = Collation.Binary,
    });

    private IBsonDataReader Query(string collection, string where, BsonValue key, int limit)
    {
        var query = new Query { Limit = limit };
        query.Where.Add(BsonExpression.Create(where, key));
        return _engine.Query(collection, query);
    }
}
