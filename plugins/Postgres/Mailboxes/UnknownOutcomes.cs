using System.Collections.Concurrent;
using System.Globalization;
using MailStore.Postgres.Connections;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;
using Npgsql;
using static MailStore.Postgres.Connections.Batches;

namespace MailStore.Postgres.Mailboxes;

/// <summary>
/// Finds out what became of deliveries whose connection was lost after the last of them was sent. The delivery is forbidden first, so that nothing that is still on
/// its way can store it later; then it is looked for. What cannot be found out in time is answered as failed, and looked for until the server is back: if it was
/// stored after all it is removed again, since the MTA will send it again.
/// </summary>
internal sealed class UnknownOutcomes(Database database, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<Delivery> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public int Count => _open.Count;

    public void Start() => _running = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var delivery in _open)
            logger.OutcomeNeverKnown(database.Place, delivery.Id, delivery.Place.User);
        _stop.Dispose();
    }

    /// <summary>Looks for a delivery, for as long as a statement may take.</summary>
    /// <param name="place">The mailbox.</param>
    /// <param name="statements">On its tables.</param>
    /// <param name="deliveryId">Of the mail.</param>
    /// <param name="others">Of mails that are stored in the same transaction: all are, or none is.</param>
    /// <returns>The id of the mail; null if it is not stored, and never will be.</returns>
    public async Task<long?> FindOutAsync(MailboxPlace place, MailStatements statements, string deliveryId, params IEnumerable<string> others)
    {
        var start = clock.GetTimestamp();
        var delivery = new Delivery(place, statements, deliveryId, [deliveryId, .. others]);
        while (true)
        {
            try
            {
                return await AskAsync(delivery).ConfigureAwait(false);
            }
            catch (Exception e) // whatever it is, it is not known whether the mail is stored, and that must not be forgotten
            {
                if (clock.GetElapsedTime(start) > database.Timeout || _stop.IsCancellationRequested)
                {
                    logger.OutcomeUnknown(database.Place, deliveryId, place.User, e.Message);
                    _open.Enqueue(delivery);
                    return null;
                }

                await Task.Delay(Pause, clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private Task<long?> AskAsync(Delivery delivery) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection)
                .Then(delivery.Statements.GiveUp, Number(delivery.Place.Box), Text(delivery.Place.Allocation), Text(delivery.Id))
                .Then(delivery.Statements.FindDelivery, Number(delivery.Place.Box), Text(delivery.Id));
            try
            {
                return await batch.CommitAsync(CancellationToken.None).ConfigureAwait(false) as long?;
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
            {
                return null; // the mailbox was removed with all its mail
            }
        },
        CancellationToken.None);

    private Task<int> RemoveAsync(Delivery delivery) => database.RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection).Then(delivery.Statements.RemoveDeliveries, Number(delivery.Place.Box), Texts(delivery.All));
            return await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        },
        CancellationToken.None);

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(Pause, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await SettleAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Goes once through those that are open. One that cannot be settled now goes to the end, where it is in nobody's way.</summary>
    private async Task SettleAsync()
    {
        var isBack = true;
        for (var left = _open.Count; isBack && left > 0 && !_stop.IsCancellationRequested && _open.TryPeek(out var delivery); left--)
        {
            try
            {
                if (await AskAsync(delivery).ConfigureAwait(false) is { } id && await RemoveAsync(delivery).ConfigureAwait(false) > 0)
                    logger.TakenBack(database.Place, delivery.Id, delivery.Place.User, id.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception e) // a loop of the module's own: whatever it is, the others are to be settled
            {
                _open.Enqueue(delivery);
                isBack = !(e is TemporaryFailureException { InnerException: { } cause } && Faults.IsConnectionLost(cause));
                if (isBack && !delivery.IsTold)
                    logger.OutcomeStillUnknown(database.Place, delivery.Id, delivery.Place.User, e.Message);
                delivery.IsTold |= isBack;
            }

            _open.TryDequeue(out _);
        }
    }

    private sealed record Delivery(MailboxPlace Place, MailStatements Statements, string Id, string[] All)
    {
        /// <summary>Whether the log says why it cannot be settled.</summary>
        public bool IsTold { get; set; }
    }
}
