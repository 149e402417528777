using MailStore.Postgres.Connections;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk;
using MailStore.Tests.Servers;
using Npgsql;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>Which connections are kept, and which are made anew.</summary>
public sealed class PoolTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    [PostgresFact]
    public async Task One_slow_statement_and_a_pool_without_a_free_connection_leave_the_others_as_they_are()
    {
        // it runs out
        await using var database = Open(fixture.Server.Connection(), TimeSpan.FromSeconds(2));
        var before = await HoldAsync(database, async () =>
        {
            var exhausted = await Assert.ThrowsAsync<TemporaryFailureException>(() => database.RunAsync(SessionAsync, default));
            Assert.Contains("in time", exhausted.Message, StringComparison.Ordinal);
        });
        Assert.Equal(before.Order(), (await HoldAsync(database, () => Task.CompletedTask)).Order());

        await Assert.ThrowsAsync<TemporaryFailureException>(() => database.RunAsync(connection => AskAsync(connection, "SELECT pg_backend_pid() FROM pg_sleep(600)"), default));
        Assert.Equal(before.Order(), (await HoldAsync(database, () => Task.CompletedTask)).Order());
    }

    [PostgresFact]
    public async Task A_server_that_ended_one_connection_is_asked_on_new_ones()
    {
        await using var database = Open(fixture.Server.Connection());
        var before = await HoldAsync(database, () => Task.CompletedTask);
        await fixture.Server.PsqlAsync(string.Join("; ", before.Select(session => $"SELECT pg_terminate_backend({session})")));
        await database.ReadAsync(SessionAsync, default);
        Assert.Empty((await HoldAsync(database, () => Task.CompletedTask)).Intersect(before));
    }

    [PostgresFact]
    public async Task A_session_that_takes_no_writes_any_more_is_left_for_a_new_one()
    {
        await fixture.Server.PsqlAsync("DO $$ BEGIN CREATE ROLE demoted LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN END $$");
        await fixture.Server.PsqlAsync("CREATE SEQUENCE IF NOT EXISTS written; ALTER ROLE demoted SET default_transaction_read_only = on");
        await using var database = Open(fixture.Server.Connection().Replace($"Username={PostgresServer.User}", "Username=demoted", StringComparison.Ordinal));
        var before = await database.RunAsync(SessionAsync, default);

        // new sessions take writes, as those do that come to the new primary behind a balancer
        await fixture.Server.PsqlAsync("ALTER ROLE demoted RESET default_transaction_read_only");
        var refused = await Assert.ThrowsAsync<TemporaryFailureException>(() => database.RunAsync(WriteAsync, default));
        Assert.Contains("25006", refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(before, await database.RunAsync(WriteAsync, default));
    }

    private static Database Open(string connection, TimeSpan? timeout = null) => new(
        new PostgresAgentOptions { Connection = connection, MaxConnections = 2, Timeout = timeout ?? TimeSpan.FromSeconds(10) }, new ModuleContext("postgres", Path.GetTempPath()));

    /// <summary>Does something while both connections are in use.</summary>
    /// <returns>The sessions of the server that they are.</returns>
    private static Task<int[]> HoldAsync(Database database, Func<Task> act) => database.RunAsync(
        async one => await database.RunAsync(
            async other =>
            {
                int[] sessions = [await SessionAsync(one), await SessionAsync(other)];
                await act();
                return sessions;
            },
            default),
        default);

    private static Task<int> SessionAsync(NpgsqlConnection connection) => AskAsync(connection, "SELECT pg_backend_pid()");

    private static Task<int> WriteAsync(NpgsqlConnection connection) => AskAsync(connection, "SELECT pg_backend_pid() FROM nextval('written')");

    private static async Task<int> AskAsync(NpgsqlConnection connection, string question)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return (int)(await command.ExecuteScalarAsync())!;
    }
}
