using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Users;

/// <summary>The table of users.</summary>
/// <remarks>
/// Writes to one name go one after the other, by an advisory lock on its hash: so a version, which comes from a sequence, is greater than all that the name had
/// before, also if it was removed and added meanwhile. Each change is told to all hosts by NOTIFY when it is committed.
/// </remarks>
internal sealed class UserRows(Database database)
{
    private const string Columns = "name, version, settings::text, allocation::text";

    private readonly string _lock = $"SELECT pg_advisory_xact_lock(hashtext('{database.Schema}.users'), hashtext($1))";
    private readonly string _find = $"SELECT {Columns} FROM {database.Schema}.users WHERE name = $1";
    private readonly string _list = $"SELECT {Columns} FROM {database.Schema}.users WHERE sort_key >= $1 ORDER BY sort_key LIMIT $2";
    private readonly string _listAfter = $"SELECT {Columns} FROM {database.Schema}.users WHERE sort_key > $1 ORDER BY sort_key LIMIT $2";

    private readonly string _add = Told(database, $"""
        INSERT INTO {database.Schema}.users (name, sort_key, version, settings, allocation)
        VALUES ($1, $2, nextval('{database.Schema}.user_versions'), $3, $4) ON CONFLICT DO NOTHING RETURNING name, version
        """);

    private readonly string _replace = Told(database, $"""
        UPDATE {database.Schema}.users SET version = nextval('{database.Schema}.user_versions'), settings = $3, allocation = $4, changed = now()
        WHERE name = $1 AND version = $2 RETURNING name, version
        """);

    private readonly string _remove = Told(database, $"DELETE FROM {database.Schema}.users WHERE name = $1 AND version = $2 RETURNING name, version");

    public Task<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(_find, Text(name));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? ToUser(reader) : null;
        },
        cancellationToken);

    /// <summary>Reads the users that follow in ordinal order.</summary>
    public Task<List<UserRecord>> ListAsync(string from, bool inclusive, int count, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var users = new List<UserRecord>();
            await using var batch = new NpgsqlBatch(connection).Then(inclusive ? _list : _listAfter, Bytes(UserKey.Of(from)), Integer(count));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                users.Add(ToUser(reader));
            return users;
        },
        cancellationToken);

    public async Task<UserRecord?> AddAsync(UserRecord user, CancellationToken cancellationToken) =>
        Stored(user, await WriteAsync(
            user.Name,
            _add,
            [Text(user.Name), Bytes(UserKey.Of(user.Name)), Json(UserJson.Of(user.Settings)), Json(UserJson.Of(user.Allocation))],
            cancellationToken).ConfigureAwait(false));

    public async Task<UserRecord?> ReplaceAsync(UserRecord user, CancellationToken cancellationToken) =>
        Stored(user, await WriteAsync(
            user.Name,
            _replace,
            [Text(user.Name), Number(user.Version), Json(UserJson.Of(user.Settings)), Json(UserJson.Of(user.Allocation))],
            cancellationToken).ConfigureAwait(false));

    public async Task<bool> RemoveAsync(UserRecord user, CancellationToken cancellationToken) =>
        await WriteAsync(user.Name, _remove, [Text(user.Name), Number(user.Version)], cancellationToken).ConfigureAwait(false) is not null;

    private Task<long?> WriteAsync(string name, string statement, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(_lock, Text(name)).Then(statement, parameters);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            long? version = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetInt64(0) : null;

            // to the end: it is committed only then
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
            }

            return version;
        },
        cancellationToken);

    private static string Told(Database database, string change) =>
        $"WITH changed AS ({change}) SELECT version, pg_notify('{ChangeListener.ChannelOfUsers(database.Schema)}', name)::text FROM changed";

    private static UserRecord? Stored(UserRecord user, long? version) => version is { } given ? user with { Version = given } : null;

    private UserRecord ToUser(NpgsqlDataReader row)
    {
        var name = row.GetString(0);
        try
        {
            return new UserRecord
            {
                Name = name,
                Version = row.GetInt64(1),
                Settings = UserJson.ToPairs(row.GetString(2)),
                Allocation = row.IsDBNull(3) ? null : UserJson.ToAllocation(row.GetString(3)),
            };
        }
        catch (FormatException e)
        {
            throw new TemporaryFailureException($"the record of user '{name}' in {database.Schema}.users at {database.Place} cannot be read: {e.Message}; mend it", e);
        }
    }
}
