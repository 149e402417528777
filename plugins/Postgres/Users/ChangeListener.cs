using MailStore.Postgres.Connections;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailStore.Postgres.Users;

/// <summary>
/// One connection that hears (LISTEN) what any host changes: users, who are then forgotten by the cache, and locks that were let go. It is asked for a sign of life
/// every few seconds; without one nothing is served from memory.
/// </summary>
internal sealed class ChangeListener(Database database, UserCache cache, Action<string> unlocked, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private const int AnswerSeconds = 4;

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public static string ChannelOfUsers(string schema) => $"{schema}_users";

    public static string ChannelOfLocks(string schema) => $"{schema}_locks";

    /// <summary>Begins to listen, and goes on until it is disposed, whatever becomes of the server.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var isTold = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() =>
                {
                    if (isTold)
                        logger.ListensAgain(database.Place);
                    isTold = false;
                }).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
            catch (Exception e) // a loop of the module's own: whatever it is, mail goes on without the cache
            {
                if (!isTold)
                    logger.ListensNoMore(database.Place, Faults.ToModuleException(e, database.Place).Message);
                isTold = true;
            }

            cache.ForgetAll();
            await Task.Delay(Retry, clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(Action listening)
    {
        await using var connection = await database.OpenSingleAsync(_stop.Token).ConfigureAwait(false);
        connection.Notification += (_, told) => Hear(told.Channel, told.Payload);
        await AskAsync(connection, $"LISTEN {ChannelOfUsers(database.Schema)}; LISTEN {ChannelOfLocks(database.Schema)}").ConfigureAwait(false);
        listening();
        while (true)
        {
            var asked = clock.GetTimestamp();
            while (clock.GetElapsedTime(asked) is var elapsed && elapsed < Pause && await connection.WaitAsync(Pause - elapsed, _stop.Token).ConfigureAwait(false))
            {
            }

            await AskAsync(connection, "SELECT 1").ConfigureAwait(false);
        }
    }

    // what was told before the answer is heard before it
    private async Task AskAsync(NpgsqlConnection connection, string question)
    {
        var asked = clock.GetTimestamp();
        await using var command = new NpgsqlCommand(question, connection) { CommandTimeout = AnswerSeconds };
        await command.ExecuteNonQueryAsync(_stop.Token).ConfigureAwait(false);
        cache.SeenAlive(asked);
    }

    private void Hear(string channel, string payload)
    {
        if (channel == ChannelOfUsers(database.Schema))
            cache.Forget(payload);
        else
            unlocked(payload);
    }
}
