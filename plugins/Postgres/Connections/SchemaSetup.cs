using MailStore.Sdk;
using Npgsql;

namespace MailStore.Postgres.Connections;

/// <summary>
/// Makes and upgrades the tables of one component, each step once for all hosts: under an advisory lock, in one transaction. A host that finds the
/// tables as it wants them changes nothing and needs no right to.
/// </summary>
/// <param name="database">Where.</param>
/// <param name="component">Whose tables: each component has its own version.</param>
/// <param name="steps">The statements that lead from each version to the next; the first ones make the tables.</param>
internal sealed class SchemaSetup(Database database, string component, IReadOnlyList<string> steps)
{
    // 'mail' in ASCII: the first half of the key of all advisory locks of MailStore
    private const int LockClass = 0x6d61696c;

    private volatile bool _isDone;

    /// <summary>Sees to it that the tables are there; after the first success it does nothing.</summary>
    /// <exception cref="TemporaryFailureException">The server is out of reach.</exception>
    /// <exception cref="ModuleConfigurationException">The tables are of a newer version, or rights are missing.</exception>
    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        if (_isDone)
            return;
        await database.RunAsync(connection => RunAsync(connection, cancellationToken), cancellationToken).ConfigureAwait(false);
        _isDone = true;
    }

    private async Task<bool> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false) == steps.Count)
            return false;

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await DoAsync(connection, "SELECT pg_advisory_xact_lock($1, hashtext($2))", cancellationToken, LockClass, database.Schema).ConfigureAwait(false);

        // again: another host may have been faster
        var version = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (version > steps.Count)
        {
            throw new ModuleConfigurationException(
                $"the tables of '{component}' in schema '{database.Schema}' at {database.Place} have version {version}, and this MailStore knows {steps.Count}; update MailStore on this host");
        }

        if (version == 0)
            await CreateAsync(connection, cancellationToken).ConfigureAwait(false);
        for (var step = version; step < steps.Count; step++)
            await DoAsync(connection, steps[step].Replace("{schema}", database.Schema, StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        await DoAsync(
            connection,
            $"INSERT INTO {database.Schema}.versions AS v (component, version) VALUES ($1, $2) ON CONFLICT (component) DO UPDATE SET version = excluded.version",
            cancellationToken,
            component,
            steps.Count).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // not to_regclass, which remembers within a transaction what was not there before the lock
        const string table = "SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'versions'";
        if (await DoAsync(connection, table, cancellationToken, database.Schema).ConfigureAwait(false) is null)
            return 0;
        return await DoAsync(connection, $"SELECT version FROM {database.Schema}.versions WHERE component = $1", cancellationToken, component).ConfigureAwait(false) as int? ?? 0;
    }

    // CREATE SCHEMA IF NOT EXISTS wants the right to make one, also if it is there
    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await DoAsync(connection, "SELECT 1 FROM pg_namespace WHERE nspname = $1", cancellationToken, database.Schema).ConfigureAwait(false) is null)
            await DoAsync(connection, $"CREATE SCHEMA {database.Schema}", cancellationToken).ConfigureAwait(false);
        await DoAsync(
            connection,
            $"CREATE TABLE IF NOT EXISTS {database.Schema}.versions (component text PRIMARY KEY, version integer NOT NULL)",
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<object?> DoAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken, params object[] values)
    {
        // an upgrade of large tables takes its time
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}
