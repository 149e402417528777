using MailStore.Postgres.Connections;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Users;

/// <summary>The table of leases. All times are the database's, so that the clocks of the hosts do not matter.</summary>
/// <remarks>
/// Leases are written without waiting for the disk: one that a crash of the server forgets is an expired one. (Those are no proof: a user is written by
/// compare-and-set all the same.)
/// </remarks>
internal sealed class LeaseRows(Database database, TimeSpan lease)
{
    private const string Quickly = "SELECT set_config('synchronous_commit', 'off', true)";

    private readonly string _take = $"""
        INSERT INTO {database.Schema}.locks AS l (key, holder, until) VALUES ($1, $2, clock_timestamp() + $3)
        ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE l.until <= clock_timestamp()
        """;

    private readonly string _look = $"SELECT holder, extract(epoch FROM until - clock_timestamp())::float8 FROM {database.Schema}.locks WHERE key = $1";

    private readonly string _renew =
        $"UPDATE {database.Schema}.locks SET until = clock_timestamp() + $2 WHERE holder = ANY($1) AND until > clock_timestamp() RETURNING holder";

    private readonly string _leave = $"""
        WITH gone AS (DELETE FROM {database.Schema}.locks WHERE key = $1 AND holder = $2 RETURNING 1)
        SELECT pg_notify('{ChangeListener.ChannelOfLocks(database.Schema)}', $3)::text FROM gone
        """;

    /// <summary>Tries to take a lease.</summary>
    /// <param name="key">What to lock.</param>
    /// <param name="holder">For whom.</param>
    /// <param name="sending">Called when it is about to be sent: if it fails from then on the lease may be taken or not.</param>
    /// <returns>Null if it is taken now; else for how long another has it, if he does not renew it.</returns>
    public Task<TimeSpan?> TryTakeAsync(byte[] key, Guid holder, Action sending) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(Quickly).Then(_take, Bytes(key), Id(holder), Span(lease)).Then(_look, Bytes(key));
            sending();
            await using var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            await reader.NextResultAsync().ConfigureAwait(false);

            // no row: its holder has let go between the two statements
            TimeSpan? wait = TimeSpan.Zero;
            if (await reader.ReadAsync().ConfigureAwait(false))
                wait = reader.GetGuid(0) == holder ? null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(1)));
            while (await reader.NextResultAsync().ConfigureAwait(false))
            {
            }

            return wait;
        },
        CancellationToken.None);

    /// <summary>Begins the leases of these holders anew.</summary>
    /// <returns>Those that still had theirs.</returns>
    public Task<HashSet<Guid>> RenewAsync(Guid[] holders, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            var renewed = new HashSet<Guid>();
            await using var batch = new NpgsqlBatch(connection).Then(Quickly).Then(_renew, Ids(holders), Span(lease));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                renewed.Add(reader.GetGuid(0));
            return renewed;
        },
        cancellationToken);

    /// <summary>Lets go, and tells those who wait.</summary>
    public Task LeaveAsync(byte[] key, Guid holder, string name) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(Quickly).Then(_leave, Bytes(key), Id(holder), Text(name));
            return await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        },
        CancellationToken.None);
}
