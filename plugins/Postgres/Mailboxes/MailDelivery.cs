using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Stores mails into one mailbox.</summary>
/// <remarks>
/// A mail of one chunk is one statement, and one message to the server. A larger one is a transaction, a chunk a statement; it locks the mailbox only at its end. The
/// commit point is when the last of it is sent: the token is heeded up to then.
/// </remarks>
internal sealed class MailDelivery(Database database, MailboxPlace place, MailStatements statements, QuotaLimit limit, bool detailFolders, UnknownOutcomes unknown)
{
    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (limit.Bytes < mail.Size)
            return DeliveryResult.OverQuota($"a mail of {mail.Size} bytes does not fit into a mailbox of {limit.Bytes} bytes");

        var folder = MailFolder.Of(mail, detailFolders);
        var attempt = new Attempt();
        try
        {
            var id = await StoreAsync(mail, folder, attempt, cancellationToken).ConfigureAwait(false);
            return id is { } stored ? Stored(stored, folder) : await ExplainAsync(mail).ConfigureAwait(false);
        }
        catch (UnreadableMailException e)
        {
            return DeliveryResult.TemporaryFailure(e.Message);
        }
        catch (TemporaryFailureException e) when (attempt.IsSent && e.InnerException is { } cause && Faults.IsConnectionLost(cause))
        {
            return await unknown.FindOutAsync(place, statements, mail.DeliveryId).ConfigureAwait(false) is { } stored
                ? Stored(stored, folder)
                : DeliveryResult.TemporaryFailure(e.Message);
        }
        catch (TemporaryFailureException e)
        {
            return e.StorageFull ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
        }
    }

    private static DeliveryResult Stored(long id, string folder) => DeliveryResult.Stored(MailId.Of(id), folder.Length == 0 ? null : folder);

    private async Task<long?> StoreAsync(Mail mail, string folder, Attempt attempt, CancellationToken cancellationToken)
    {
        await using var chunks = new MailChunks(mail);

        // read before a connection is taken: most mails are read whole by then
        var first = await chunks.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await database.RunAsync(
            connection => chunks.IsAtEnd
                ? StoreSmallAsync(connection, mail, folder, first, attempt, cancellationToken)
                : StoreLargeAsync(connection, mail, folder, chunks, first, attempt, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<long?> StoreSmallAsync(
        NpgsqlConnection connection, Mail mail, string folder, ReadOnlyMemory<byte> content, Attempt attempt, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection).Then(statements.StoreSmall, [.. Row(mail, folder), Bytes(content)]);
        cancellationToken.ThrowIfCancellationRequested();
        attempt.IsSent = true;
        return await batch.CommitAsync(CancellationToken.None).ConfigureAwait(false) as long?;
    }

    private async Task<long?> StoreLargeAsync(
        NpgsqlConnection connection, Mail mail, string folder, MailChunks chunks, ReadOnlyMemory<byte> chunk, Attempt attempt, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None).ConfigureAwait(false);
        var id = (long)(await new NpgsqlBatch(connection).Then(statements.NextId).ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false))!;
        for (var number = 0; ; number++)
        {
            await using var batch = new NpgsqlBatch(connection).Then(statements.StoreChunk, Number(place.Box), Number(id), Integer(number), Bytes(chunk));
            await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            if (chunks.IsAtEnd)
                break;
            chunk = await chunks.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await using var last = new NpgsqlBatch(connection).Then(statements.StoreLarge, [.. Row(mail, folder), Number(id)]);
        if (await last.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false) is null)
            return null; // the transaction is rolled back when it is disposed
        attempt.IsSent = true;
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return id;
    }

    private NpgsqlParameter[] Row(Mail mail, string folder) =>
    [
        Number(place.Box), Text(place.Allocation), Number(mail.Size), Number(limit.Bytes), Number(limit.Count), Text(mail.DeliveryId),
        Text(folder), Time(mail.Arrival), Text(MailFolder.Clean(mail.Sender)), Text(MailFolder.Clean(mail.OriginalRecipient)),
    ];

    /// <summary>Why there was no room.</summary>
    private async Task<DeliveryResult> ExplainAsync(Mail mail) => await database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(statements.Usage, Number(place.Box), Text(place.Allocation), Text(mail.DeliveryId));
            await using var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            if (!await reader.ReadAsync().ConfigureAwait(false))
                return DeliveryResult.TemporaryFailure($"mailbox {place.Box} of user '{place.User}' is not in {place.Schema}.mailboxes at {database.Place}; was it removed, or the database restored from an old copy?");
            return reader.GetBoolean(2)
                ? DeliveryResult.TemporaryFailure($"delivery {mail.DeliveryId} was given up")
                : DeliveryResult.OverQuota(limit.Describe(reader.GetInt64(0), reader.GetInt64(1), mail.Size));
        },
        CancellationToken.None).ConfigureAwait(false);

    private sealed class Attempt
    {
        /// <summary>Whether the server may have committed it.</summary>
        public bool IsSent { get; set; }
    }
}
