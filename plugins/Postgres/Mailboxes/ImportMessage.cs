using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>Gathers statements of a transaction, and sends them when there is enough: a message for many small mails, or for a chunk or some of a large one.</summary>
internal sealed class ImportMessage(NpgsqlConnection connection, int size) : IAsyncDisposable
{
    // far below the 65535 parameters of a message, and enough
    private const int MaxStatements = 1000;

    private NpgsqlBatch _batch = new(connection);
    private long _bytes;

    /// <summary>Adds a statement.</summary>
    /// <param name="statement">Its text.</param>
    /// <param name="bytes">How much content it has.</param>
    /// <param name="parameters">Its parameters; they must not change any more.</param>
    public async ValueTask AddAsync(string statement, int bytes, params NpgsqlParameter[] parameters)
    {
        _batch.Then(statement, parameters);
        _bytes += bytes;
        if (_bytes >= size || _batch.BatchCommands.Count >= MaxStatements)
            await SendAsync().ConfigureAwait(false);
    }

    public async ValueTask SendAsync()
    {
        if (_batch.BatchCommands.Count == 0)
            return;
        await _batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        await _batch.DisposeAsync().ConfigureAwait(false);
        _batch = new NpgsqlBatch(connection);
        _bytes = 0;
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();
}
