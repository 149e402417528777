using MailStore.Postgres.Connections;
using MailStore.Postgres.Mailboxes;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>Whether commits are flushed, whatever the server is told.</summary>
public sealed class DurabilityTests
{
    [PostgresFact]
    public async Task Where_the_server_does_not_flush_nothing_starts()
    {
        await using var server = await PostgresServer.StartNewAsync("fsync=off");
        await using var agent = new PostgresAgent(new PostgresAgentOptions { Connection = server.Connection() }, NullLogger<PostgresAgent>.Instance, TimeProvider.System, Context);
        var refused = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await agent.StartAsync(default));
        Assert.Contains("fsync = off", refused.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_server_that_does_not_flush_any_more_is_told_by_health()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var place = await AgentPlace.OpenAsync(server.Connection());
        await using var users = new PostgresUserDatabase(
            new PostgresUserDatabaseOptions { Connection = server.Connection(), Schema = place.Options.Schema }, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, Context);
        await users.StartAsync(default);
        foreach (var module in (IModuleHealth[])[place.Agent, users])
        {
            Assert.True((await module.CheckHealthAsync(default)).IsHealthy);
            await SetAsync(server, "fsync = off");
            await Eventually.TrueAsync(async () => await module.CheckHealthAsync(default) is { IsHealthy: false } health && health.Message.Contains("fsync = off", StringComparison.Ordinal));
            await SetAsync(server, "fsync = on");
            await Eventually.TrueAsync(async () => (await module.CheckHealthAsync(default)).IsHealthy);
        }
    }

    [PostgresFact]
    public async Task Sessions_wait_for_the_disk_also_where_the_server_was_told_not_to()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var database = new Database(new PostgresAgentOptions { Connection = server.Connection() }, Context);
        await using var witness = new NpgsqlConnection(server.Connection());
        await witness.OpenAsync();
        Assert.Equal(("on", "on"), (await AskAsync(witness), await database.ReadAsync(AskAsync, default)));
        await SetAsync(server, "synchronous_commit = off");
        await Eventually.TrueAsync(async () => await AskAsync(witness) == "off");

        // each session hears of it on its own; a busy pool opens another, which never knew it otherwise
        for (var i = 0; i < 10; i++)
        {
            await Task.Delay(50);
            Assert.Equal(("on", "on"), await database.ReadAsync(async old => (await AskAsync(old), await database.ReadAsync(AskAsync, default)), default));
        }

        foreach (var less in (string[])["local", "remote_write"])
        {
            await SetAsync(server, $"synchronous_commit = {less}");
            await Eventually.TrueAsync(async () => await AskAsync(witness) == less);
            await using var other = new Database(new PostgresAgentOptions { Connection = server.Connection() }, Context);
            Assert.Equal("on", await other.ReadAsync(AskAsync, default));
        }

        // what waits for more than the own disk is left as it is
        await SetAsync(server, "synchronous_commit = remote_apply");
        await Eventually.TrueAsync(async () => await AskAsync(witness) == "remote_apply");
        await using var later = new Database(new PostgresAgentOptions { Connection = server.Connection() }, Context);
        Assert.Equal("remote_apply", await later.ReadAsync(AskAsync, default));
    }

    private static ModuleContext Context => new("postgres", Path.GetTempPath());

    private static async Task<string> AskAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SHOW synchronous_commit", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task SetAsync(PostgresServer server, string setting)
    {
        await server.PsqlAsync($"ALTER SYSTEM SET {setting}");
        await server.PsqlAsync("SELECT pg_reload_conf()");
    }
}
