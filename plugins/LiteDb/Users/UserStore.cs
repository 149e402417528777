using System.Globalization;
using LiteDB;
using LiteDB.Engine;
using MailStore.LiteDb.Storage;
using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>The collections of the user database in one engine of LiteDB. Used by one thread; after any exception it is abandoned and another one opened.</summary>
internal sealed class UserStore : IDisposable
{
    private const string Users = "users";
    private const string Sequences = "sequences";
    private const string Meta = "meta";
    private const string Form = "form";
    private const string LastVersionKey = "version";
    private const int CurrentForm = 1;

    private readonly JournaledStream _stream;
    private readonly LiteEngine _engine;

    private UserStore(JournaledStream stream)
    {
        _stream = stream;
        _engine = OpenEngine(stream);
        var form = Number(Meta, Form);
        if (form != CurrentForm)
        {
            throw new DamagedDatabaseException(form is null
                ? "it is a LiteDB database, but not of users"
                : string.Create(CultureInfo.InvariantCulture, $"it has form {form}, and this version of the plugin reads form {CurrentForm}; use a newer one"));
        }

        LastVersion = Number(Meta, LastVersionKey) ?? throw new DamagedDatabaseException("its version counter is missing");
    }

    /// <summary>The greatest version that was ever given, for any name.</summary>
    public long LastVersion { get; private set; }

    /// <summary>How many commits had to be written again when it was opened.</summary>
    public int Replayed => _stream.Replayed;

    public static UserStore Open(DatabaseFiles files) => new(JournaledStream.Open(files.Data, files.Journal));

    /// <summary>The bytes of a new database without users.</summary>
    public static byte[] CreateImage()
    {
        using var data = new MemoryStream();
        using (var engine = OpenEngine(data))
        {
            engine.Insert(Meta, [new BsonDocument { ["_id"] = Form, ["v"] = CurrentForm }, new BsonDocument { ["_id"] = LastVersionKey, ["v"] = 0L }], BsonAutoId.Int64);
            engine.Checkpoint();
        }

        var image = data.ToArray();
        for (var at = 0; at < image.Length; at += DatabasePage.Size)
            DatabasePage.Seal(image.AsSpan(at, DatabasePage.Size));
        return image;
    }

    public UserRecord? Find(string name)
    {
        using var reader = Query(Users, "$._id = @0", UserKey.Of(name), 1);
        return reader.Read() ? UserDocument.ToUser(reader.Current.AsDocument) : null;
    }

    /// <summary>Reads the users that follow in ordinal order.</summary>
    /// <param name="from">Where to start.</param>
    /// <param name="inclusive">Whether a user of that very name is meant too.</param>
    /// <param name="count">How many at most.</param>
    public List<UserRecord> Read(string from, bool inclusive, int count)
    {
        var users = new List<UserRecord>();
        using var reader = Query(Users, inclusive ? "$._id >= @0" : "$._id > @0", UserKey.Of(from), count);
        while (reader.Read())
            users.Add(UserDocument.ToUser(reader.Current.AsDocument));
        return users;
    }

    public long LastNumber(string sequence) => Number(Sequences, sequence) ?? 0;

    /// <summary>Writes all changes in one transaction; durable when it returns.</summary>
    /// <param name="users">The new record of each changed user; null where he was removed.</param>
    /// <param name="sequences">The last number of each changed sequence.</param>
    /// <param name="lastVersion">The greatest version given.</param>
    public void Commit(IReadOnlyDictionary<string, UserRecord?> users, IReadOnlyDictionary<string, long> sequences, long lastVersion)
    {
        _engine.BeginTrans();
        if (users.Values.Any(user => user is null))
            _engine.Delete(Users, users.Where(change => change.Value is null).Select(change => UserKey.Of(change.Key)));
        if (users.Values.Any(user => user is not null))
            _engine.Upsert(Users, users.Values.OfType<UserRecord>().Select(UserDocument.From), BsonAutoId.ObjectId);
        if (sequences.Count > 0)
            _engine.Upsert(Sequences, sequences.Select(last => new BsonDocument { ["_id"] = last.Key, ["v"] = last.Value }), BsonAutoId.ObjectId);
        if (lastVersion != LastVersion)
            _engine.Update(Meta, [new BsonDocument { ["_id"] = LastVersionKey, ["v"] = lastVersion }]);
        _engine.Commit();

        // Writes the transaction's pages to the stream and flushes it: this is where it becomes durable.
        _engine.Checkpoint();
        LastVersion = lastVersion;
    }

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

    private long? Number(string collection, string key)
    {
        using var reader = Query(collection, "$._id = @0", key, 1);
        return reader.Read() ? reader.Current["v"].AsInt64 : null;
    }
}
