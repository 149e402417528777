using System.Collections.Immutable;
using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Users;

/// <summary>What is counted: the versions of records, by a sequence of PostgreSQL, and the numbers of <see cref="IUserSequences"/>, in a table.</summary>
internal sealed class CounterRows(Database database)
{
    private readonly string _next =
        $"INSERT INTO {database.Schema}.sequences AS s (name, value) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET value = s.value + 1 RETURNING value";

    private readonly string _versions = $"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {database.Schema}.user_versions";
    private readonly string _numbers = $"SELECT name, value FROM {database.Schema}.sequences";

    // changes nothing, and takes the lock that nextval() waits for: or else one that comes between the two halves of the next statement would be given again
    private readonly string _hold = $"ALTER SEQUENCE {database.Schema}.user_versions INCREMENT BY 1";
    private readonly string _raiseVersions = $"SELECT setval('{database.Schema}.user_versions', $1) FROM {database.Schema}.user_versions WHERE last_value < $1 OR NOT is_called";

    private readonly string _raiseNumber =
        $"INSERT INTO {database.Schema}.sequences AS s (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE s.value < excluded.value";

    public Task<long> NextAsync(string sequence, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(_next, Text(sequence));
            return (long)(await batch.CommitAsync(cancellationToken).ConfigureAwait(false))!;
        },
        cancellationToken);

    public Task<UserDatabaseCounters> ReadAsync(CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(_versions).Then(_numbers);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var version = reader.GetInt64(0);
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            var numbers = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                numbers[reader.GetString(0)] = reader.GetInt64(1);
            return new UserDatabaseCounters { LastVersion = version, Sequences = numbers.ToImmutable() };
        },
        cancellationToken);

    public Task RaiseAsync(UserDatabaseCounters counters, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection);
            if (counters.LastVersion > 0)
                batch.Then(_hold).Then(_raiseVersions, Number(counters.LastVersion));
            foreach (var (sequence, last) in counters.Sequences.Where(sequence => sequence.Value > 0))
                batch.Then(_raiseNumber, Text(sequence), Number(last));
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
