using System.Collections.Immutable;
using System.Globalization;
using LiteDB;
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

    private readonly JournaledEngine _engine;

    private UserStore(JournaledEngine engine)
    {
        _engine = engine;
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
    public int Replayed => _engine.Replayed;

    public static UserStore Open(DatabaseFiles files) => new(JournaledEngine.Open(files));

    /// <summary>The bytes of a new database without users.</summary>
    public static byte[] CreateImage() => JournaledEngine.CreateImage(engine => engine.Insert(
        Meta, [new BsonDocument { ["_id"] = Form, ["v"] = CurrentForm }, new BsonDocument { ["_id"] = LastVersionKey, ["v"] = 0L }], BsonAutoId.Int64));

    public UserRecord? Find(string name) => _engine.Find(Users, UserKey.Of(name)) is { } document ? UserDocument.ToUser(document) : null;

    /// <summary>Reads the users that follow in ordinal order.</summary>
    /// <param name="from">Where to start.</param>
    /// <param name="inclusive">Whether a user of that very name is meant too.</param>
    /// <param name="count">How many at most.</param>
    public List<UserRecord> Read(string from, bool inclusive, int count) =>
        _engine.Read(Users, UserKey.Of(from), inclusive, count).ConvertAll(UserDocument.ToUser);

    /// <summary>How far it has counted.</summary>
    public UserDatabaseCounters Counters() => new()
    {
        LastVersion = LastVersion,
        Sequences = _engine.Read(Sequences, "", inclusive: true, int.MaxValue).ToImmutableSortedDictionary(last => last["_id"].AsString, last => last["v"].AsInt64, StringComparer.Ordinal),
    };

    public long LastNumber(string sequence) => Number(Sequences, sequence) ?? 0;

    /// <summary>Writes all changes in one transaction; durable when it returns.</summary>
    /// <param name="users">The new record of each changed user; null where he was removed.</param>
    /// <param name="sequences">The last number of each changed sequence.</param>
    /// <param name="lastVersion">The greatest version given.</param>
    public void Commit(IReadOnlyDictionary<string, UserRecord?> users, IReadOnlyDictionary<string, long> sequences, long lastVersion)
    {
        _engine.Commit(engine =>
        {
            if (users.Values.Any(user => user is null))
                engine.Delete(Users, users.Where(change => change.Value is null).Select(change => UserKey.Of(change.Key)));
            if (users.Values.Any(user => user is not null))
                engine.Upsert(Users, users.Values.OfType<UserRecord>().Select(UserDocument.From), BsonAutoId.ObjectId);
            if (sequences.Count > 0)
                engine.Upsert(Sequences, sequences.Select(last => new BsonDocument { ["_id"] = last.Key, ["v"] = last.Value }), BsonAutoId.ObjectId);
            if (lastVersion != LastVersion)
                engine.Update(Meta, [new BsonDocument { ["_id"] = LastVersionKey, ["v"] = lastVersion }]);
        });
        LastVersion = lastVersion;
    }

    /// <inheritdoc cref="JournaledEngine.CopyTo"/>
    public bool CopyTo(DatabaseCopy copy) => _engine.CopyTo(copy);

    /// <inheritdoc cref="JournaledEngine.Abandon"/>
    public void Abandon() => _engine.Abandon();

    /// <inheritdoc cref="JournaledEngine.Dispose"/>
    public void Dispose() => _engine.Dispose();

    private long? Number(string collection, string key) => _engine.Find(collection, key)?["v"].AsInt64;
}
