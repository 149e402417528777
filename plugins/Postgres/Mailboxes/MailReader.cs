using System.Runtime.CompilerServices;
using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Reads one mailbox. Holds no connection between two pages or chunks: who reads slowly keeps nobody from delivering.</summary>
internal sealed class MailReader(Database database, MailboxPlace place, MailStatements statements)
{
    private const int Page = 1000;

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = ("", DateTime.MinValue, 0L);
        while (true)
        {
            var from = last;
            var page = await database.ReadAsync(connection => ReadPageAsync(connection, from, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var (folder, arrival, id, size, flags) in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new StoredMail(MailId.Of(id), size, new DateTimeOffset(arrival), flags, folder.Length == 0 ? null : folder);
            }

            if (page.Count < Page)
                yield break;
            last = (page[^1].Folder, page[^1].Arrival, page[^1].Id);
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        if (MailId.Parse(id) is not { } number)
            return null;
        var found = await database.ReadAsync<(long Size, byte[] First)?>(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection).Then(statements.Open, Number(place.Box), Number(number), Text(place.Allocation));
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
            },
            cancellationToken).ConfigureAwait(false);
        return found is { } mail ? new MailStream(mail.Size, mail.First, (chunk, token) => ReadChunkAsync(number, chunk, token)) : null;
    }

    public async ValueTask<(long Bytes, long Mails)> GetUsageAsync(CancellationToken cancellationToken) => await database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(statements.Usage, Number(place.Box), Text(place.Allocation), Text(""));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? (reader.GetInt64(0), reader.GetInt64(1)) : default;
        },
        cancellationToken).ConfigureAwait(false);

    private async Task<List<(string Folder, DateTime Arrival, long Id, long Size, MailFlags Flags)>> ReadPageAsync(
        NpgsqlConnection connection, (string Folder, DateTime Arrival, long Id) from, CancellationToken cancellationToken)
    {
        var page = new List<(string, DateTime, long, long, MailFlags)>();
        await using var batch = new NpgsqlBatch(connection).Then(
            statements.List,
            Number(place.Box),
            Text(from.Folder),
            Time(DateTime.SpecifyKind(from.Arrival, DateTimeKind.Utc)),
            Number(from.Id),
            Text(place.Allocation),
            Integer(Page));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            page.Add((reader.GetString(0), reader.GetDateTime(1), reader.GetInt64(2), reader.GetInt64(3), (MailFlags)reader.GetInt32(4)));
        return page;
    }

    private async Task<byte[]?> ReadChunkAsync(long id, int chunk, CancellationToken cancellationToken) => await database.ReadAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(statements.ReadChunk, Number(place.Box), Number(id), Integer(chunk));
            return await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as byte[];
        },
        cancellationToken).ConfigureAwait(false);
}
