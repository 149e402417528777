using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Marks and removes single mails. A trigger counts what is removed.</summary>
internal sealed class MailChanger(Database database, MailboxPlace place, MailStatements statements)
{
    public Task<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
        ChangeAsync(id, statements.SetFlags, [Integer((int)flags)], cancellationToken);

    public Task<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, statements.RemoveMail, [], cancellationToken);

    private async Task<bool> ChangeAsync(string id, string statement, NpgsqlParameter[] more, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (MailId.Parse(id) is not { } number)
            return false;
        // done twice it is done once: see ReadAsync
        return await database.ReadAsync(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection).Then(statement, [Number(place.Box), Number(number), Text(place.Allocation), .. more]);
                return await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
