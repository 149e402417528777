using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>
/// Imports mails into one mailbox: the mails of a call are a transaction, which locks the mailbox only at its end. Small mails go to the server many in a message. The
/// commit point is when the commit is sent: the token is heeded up to then.
/// </summary>
internal sealed class MailImporter(Database database, MailboxPlace place, MailStatements statements, UnknownOutcomes unknown)
{
    // so much is in memory at once
    private const int MessageSize = 1 << 20;

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var attempt = new Attempt(mails.Count);
        try
        {
            if (!await database.RunAsync(connection => StoreAsync(connection, mails, attempt, cancellationToken), cancellationToken).ConfigureAwait(false))
                return attempt.Fail(DeliveryResult.TemporaryFailure($"mailbox {place.Box} of user '{place.User}' is not in {place.Schema}.mailboxes at {database.Place}, or the import was given up; was it removed, or the database restored from an old copy?"));
        }
        catch (TemporaryFailureException e) when (attempt.IsSent && e.InnerException is { } cause && Faults.IsConnectionLost(cause))
        {
            // all of them are stored, or none is
            if (await unknown.FindOutAsync(place, statements, attempt.Deliveries[0], attempt.Deliveries.Skip(1)).ConfigureAwait(false) is null)
                return attempt.Fail(DeliveryResult.TemporaryFailure(e.Message));
        }
        catch (TemporaryFailureException e)
        {
            return attempt.Fail(e.StorageFull ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message));
        }

        return attempt.Results;
    }

    private async Task<bool> StoreAsync(NpgsqlConnection connection, IReadOnlyList<Mail> mails, Attempt attempt, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None).ConfigureAwait(false);
        var ids = await NextIdsAsync(connection, mails.Count).ConfigureAwait(false);
        await using var message = new ImportMessage(connection, MessageSize);
        for (var i = 0; i < mails.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await StoreAsync(message, mails[i], ids[i], i, attempt, cancellationToken).ConfigureAwait(false);
        }

        await message.SendAsync().ConfigureAwait(false);
        if (attempt.Deliveries.Count == 0)
            return true; // none of them could be read
        cancellationToken.ThrowIfCancellationRequested();
        await using var count = new NpgsqlBatch(connection).Then(
            statements.CountImported, Number(place.Box), Text(place.Allocation), Number(attempt.Bytes), Number(attempt.Deliveries.Count), Text(attempt.Deliveries[0]));
        if (await count.ExecuteScalarAsync(CancellationToken.None).ConfigureAwait(false) is null)
            return false; // the transaction is rolled back when it is disposed
        cancellationToken.ThrowIfCancellationRequested();
        attempt.IsSent = true;
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    private async Task StoreAsync(ImportMessage message, Mail mail, long id, int index, Attempt attempt, CancellationToken cancellationToken)
    {
        var folder = MailFolder.Of(mail.Folder);
        await using var chunks = new MailChunks(mail);
        try
        {
            // a mail that cannot be read to its end leaves its chunks behind: they are taken out again
            for (var number = 0; ; number++)
            {
                var chunk = await chunks.ReadAsync(cancellationToken).ConfigureAwait(false);
                await message.AddAsync(statements.StoreChunk, chunk.Length, Number(place.Box), Number(id), Integer(number), Bytes(chunk.ToArray())).ConfigureAwait(false);
                if (chunks.IsAtEnd)
                    break;
            }
        }
        catch (UnreadableMailException e)
        {
            await message.AddAsync(statements.RemoveChunks, 0, Number(place.Box), Number(id)).ConfigureAwait(false);
            attempt.Set(index, DeliveryResult.TemporaryFailure(e.Message));
            return;
        }

        await message.AddAsync(
            statements.ImportMail, 0, Number(place.Box), Number(id), Text(folder), Time(mail.Arrival), Number(mail.Size), Integer((int)mail.Flags), Text(mail.DeliveryId),
            Text(MailFolder.Clean(mail.Sender)), Text(MailFolder.Clean(mail.OriginalRecipient))).ConfigureAwait(false);
        attempt.Add(index, mail, DeliveryResult.Stored(MailId.Of(id), folder.Length == 0 ? null : folder));
    }

    private async Task<List<long>> NextIdsAsync(NpgsqlConnection connection, int count)
    {
        var ids = new List<long>(count);
        await using var batch = new NpgsqlBatch(connection).Then(statements.NextIds, Integer(count));
        await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None).ConfigureAwait(false);
        while (await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false))
            ids.Add(reader.GetInt64(0));
        ids.Sort();
        return ids;
    }

    private sealed class Attempt(int count)
    {
        private readonly DeliveryResult[] _results = new DeliveryResult[count];

        public IReadOnlyList<DeliveryResult> Results => _results;

        public long Bytes { get; private set; }

        /// <summary>The delivery ids of the mails that are to be stored. The first stands for all: they are a transaction.</summary>
        public List<string> Deliveries { get; } = [];

        /// <summary>Whether the server may have committed it.</summary>
        public bool IsSent { get; set; }

        public void Set(int index, DeliveryResult result) => _results[index] = result;

        public void Add(int index, Mail mail, DeliveryResult result)
        {
            Set(index, result);
            Bytes += mail.Size;
            Deliveries.Add(mail.DeliveryId);
        }

        /// <summary>Nothing is stored.</summary>
        public IReadOnlyList<DeliveryResult> Fail(DeliveryResult failure) =>
            [.. _results.Select(result => result is null or { Status: DeliveryStatus.Stored } ? failure : result)];
    }
}
