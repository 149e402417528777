using MailStore.Postgres.Mailboxes;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>What stops the start, and what the administrator is told.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SettingsTests(PostgresFixture fixture)
{
    [Fact]
    public void A_password_in_the_connection_string_is_refused_and_never_repeated()
    {
        var refused = Assert.Throws<ModuleConfigurationException>(() => Open("Host=db;Username=mailstore;Password=sesame"));
        Assert.Contains("password_file", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", refused.ToString(), StringComparison.Ordinal);

        refused = Assert.Throws<ModuleConfigurationException>(() => Open("Host=db;Passwort=sesame"));
        Assert.DoesNotContain("sesame", refused.ToString(), StringComparison.Ordinal);
        Assert.Throws<ModuleConfigurationException>(() => Open("Database=mail"));
    }

    [PostgresFact]
    public async Task The_password_is_read_from_a_file_that_only_its_owner_can_read()
    {
        var schema = AgentPlace.NewSchema();
        await fixture.Server.PsqlAsync($"DROP ROLE IF EXISTS {PostgresServer.UserWithPassword}");
        await fixture.Server.PsqlAsync($"CREATE ROLE {PostgresServer.UserWithPassword} LOGIN PASSWORD 'sesame'");
        await fixture.Server.PsqlAsync($"CREATE SCHEMA {schema} AUTHORIZATION {PostgresServer.UserWithPassword}");
        var connection = fixture.Server.Connection().Replace($"Username={PostgresServer.User}", $"Username={PostgresServer.UserWithPassword}", StringComparison.Ordinal);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "sesame\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            await using (var open = Users(connection, schema, file))
                Assert.Contains("chmod 600", (await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await open.StartAsync(default))).Message, StringComparison.Ordinal);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await using var users = Users(connection, schema, file);
            await users.StartAsync(default);
            Assert.NotNull(await users.TryAddAsync(new UserRecord { Name = "alice@example.org" }, default));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [PostgresFact]
    public async Task Tables_of_a_later_version_are_left_alone()
    {
        var schema = AgentPlace.NewSchema();
        await using (var users = Users(fixture.Server.Connection(), schema, null))
            await users.StartAsync(default);
        await fixture.Server.PsqlAsync($"UPDATE {schema}.versions SET version = 99");
        await using var later = Users(fixture.Server.Connection(), schema, null);
        Assert.Contains("update MailStore", (await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await later.StartAsync(default))).Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Many_hosts_that_start_at_once_over_an_empty_database_all_start()
    {
        var schema = AgentPlace.NewSchema();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var users = Users(fixture.Server.Connection(), schema, null);
            await users.StartAsync(default);
            await using var agent = Open(fixture.Server.Connection(), schema);
            await agent.StartAsync(default);
        }));
        Assert.Equal("mails|1\nusers|1", (await fixture.Server.PsqlAsync($"SELECT component, version FROM {schema}.versions ORDER BY 1")).Trim());
    }

    [PostgresFact]
    public async Task A_user_without_rights_is_told_so()
    {
        await fixture.Server.PsqlAsync("DROP ROLE IF EXISTS stranger");
        await fixture.Server.PsqlAsync("CREATE ROLE stranger LOGIN");
        var connection = fixture.Server.Connection().Replace($"Username={PostgresServer.User}", "Username=stranger", StringComparison.Ordinal);
        await using var users = Users(connection, AgentPlace.NewSchema(), null);
        Assert.Contains("permission denied", (await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await users.StartAsync(default))).Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Mail_is_read_with_psql_and_what_is_removed_there_is_no_longer_counted()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection());
        foreach (var id in (string[])["one", "two"])
            Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail(id, 600_000), default)).Status);
        var schema = place.Options.Schema;
        var content = await fixture.Server.PsqlAsync($"""
            SELECT convert_from(string_agg(c.content, ''::bytea ORDER BY c.chunk), 'UTF8') FROM {schema}.mailboxes b JOIN {schema}.mails m USING (box) JOIN {schema}.chunks c ON c.box = m.box AND c.mail = m.id
            WHERE b.username = 'alice@example.org' AND m.delivery = 'one'
            """);
        Assert.Equal($"X-Delivery: one\n\n{new string('x', 600_000)}\n\n", content);

        await fixture.Server.PsqlAsync($"DELETE FROM {schema}.mails WHERE delivery = 'one'");
        Assert.Equal(1, (await ((IMailboxUsage)place.Alice).GetUsageAsync(default)).Count);
        Assert.Equal(["two"], await AgentPlace.ReadAsync(place.Alice));
        Assert.Equal("3", (await fixture.Server.PsqlAsync($"SELECT count(*) FROM {schema}.chunks")).Trim());
    }

    private static PostgresAgent Open(string connection, string schema = "mailstore") => new(
        new PostgresAgentOptions { Connection = connection, Schema = schema }, NullLogger<PostgresAgent>.Instance, TimeProvider.System, new ModuleContext("postgres", Path.GetTempPath()));

    private static PostgresUserDatabase Users(string connection, string schema, string? passwordFile) => new(
        new PostgresUserDatabaseOptions { Connection = connection, Schema = schema, PasswordFile = passwordFile },
        NullLogger<PostgresUserDatabase>.Instance,
        TimeProvider.System,
        new ModuleContext("postgres", Path.GetTempPath()));
}
