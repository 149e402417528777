using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Makes and removes mailboxes: a row in the table of mailboxes, and a schema where that is the layout, in one transaction.</summary>
internal sealed class MailboxTables(Database database)
{
    private readonly string _insert = $"INSERT INTO {database.Schema}.mailboxes (allocation, username, layout) VALUES ($1, $2, $3) RETURNING box";

    public Task<MailboxPlace> MakeAsync(string user, string allocation, MailboxLayout layout, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var insert = new NpgsqlBatch(connection).Then(
                _insert, Text(allocation), Text(MailFolder.Clean(user)), Text(layout == MailboxLayout.Table ? "table" : "schema"));
            var box = (long)(await insert.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            var place = new MailboxPlace(user, allocation, database.Schema, box, layout);
            if (layout == MailboxLayout.Schema)
            {
                await using var command = new NpgsqlCommand(MailSchema.OfUser(place.Schema, place.Tables), connection);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return place;
        },
        cancellationToken);

    /// <summary>Removes a mailbox that holds no mail. A mail that comes at the same time is stored before, and keeps the mailbox, or is refused.</summary>
    public Task<bool> RemoveEmptyAsync(MailboxPlace place, CancellationToken cancellationToken)
    {
        var statements = new MailStatements(place);
        return RemoveAsync(place, statements, statements.RemoveEmptyBox, cancellationToken);
    }

    /// <summary>Removes a mailbox with all its mail, some at a time, so that no statement takes long.</summary>
    public async Task RemoveAllAsync(MailboxPlace place, MailStatements statements, CancellationToken cancellationToken)
    {
        while (place.Layout == MailboxLayout.Table && await RemoveSomeAsync(place, statements, cancellationToken).ConfigureAwait(false) > 0)
        {
        }

        await RemoveAsync(place, statements, statements.RemoveBox, cancellationToken).ConfigureAwait(false);
    }

    private Task<int> RemoveSomeAsync(MailboxPlace place, MailStatements statements, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(statements.RemoveSome, Number(place.Box), Text(place.Allocation));
            return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private Task<bool> RemoveAsync(MailboxPlace place, MailStatements statements, string removeBox, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var box = new NpgsqlBatch(connection).Then(removeBox, Number(place.Box), Text(place.Allocation));
            if (await box.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is null)
                return false;

            // what came since, now that nothing more can come
            await using var rest = place.Layout == MailboxLayout.Table
                ? new NpgsqlBatch(connection).Then(statements.RemoveRest, Number(place.Box))
                : new NpgsqlBatch(connection).Then(statements.DropTables);
            await rest.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
