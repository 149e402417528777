using MailStore.Postgres.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>What the kit does not ask.</summary>
[Collection(PostgresCollection.Name)]
public sealed class UserDatabaseTests(PostgresFixture fixture)
{
    [PostgresFact]
    public async Task Users_are_listed_in_ordinal_order_also_beyond_the_first_plane()
    {
        await using var users = await OpenAsync(AgentPlace.NewSchema());
        string[] names = ["B", "a", "b", "\u00e4", "aa", "Z", "\ud83d\ude00", "\ue000", "\uffff", "i", "I", "\u0130", new string('\uffff', 320), "a@b", "a-b", "a_b", "a.b"];
        foreach (var name in names)
            Assert.NotNull(await users.TryAddAsync(new UserRecord { Name = name }, default));
        Assert.Equal(names.Order(StringComparer.Ordinal), await ListAsync(users, null));
        Assert.Equal(names.Where(name => name.StartsWith('a')).Order(StringComparer.Ordinal), await ListAsync(users, "a"));
    }

    [PostgresFact]
    public async Task What_could_not_be_given_back_as_it_was_is_refused()
    {
        await using var users = await OpenAsync(AgentPlace.NewSchema());
        var named = new UserRecord { Name = "a" };
        foreach (var user in (UserRecord[])
            [
                new() { Name = "" }, new() { Name = new string('a', 321) }, new() { Name = "nul\0" }, new() { Name = "half\ud800" },
                named with { Settings = named.Settings.Add("note", "\udc00") }, named with { Settings = named.Settings.Add("note", new string('x', 2_000_000)) },
            ])
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await users.TryAddAsync(user, default));
            Assert.Null(await users.FindAsync(user.Name, default));
        }

        await Assert.ThrowsAsync<ArgumentException>(async () => await users.NextAsync("Uid", default));
    }

    [PostgresFact]
    public async Task What_a_hand_wrote_is_read_and_what_cannot_be_is_a_temporary_failure()
    {
        var schema = AgentPlace.NewSchema();
        await using var users = await OpenAsync(schema);
        var added = (await users.TryAddAsync(new UserRecord { Name = "alice@example.org" }, default))!;
        await fixture.Server.PsqlAsync($$"""UPDATE {{schema}}.users SET settings = '{"quota": 1000, "enabled": true}', version = nextval('{{schema}}.user_versions')""");
        await fixture.Server.PsqlAsync($"SELECT pg_notify('{schema}_users', 'alice@example.org')");
        UserRecord? found;
        while ((found = await users.FindAsync("alice@example.org", default))!.Version == added.Version)
            await Task.Delay(10);
        Assert.Equal("1000", found.Settings["quota"]);
        Assert.Equal("true", found.Settings["enabled"]);

        await fixture.Server.PsqlAsync($$"""UPDATE {{schema}}.users SET settings = '[]'""");
        await fixture.Server.PsqlAsync($"SELECT pg_notify('{schema}_users', 'alice@example.org')");
        var fault = await Assert.ThrowsAsync<TemporaryFailureException>(async () =>
        {
            while (true)
            {
                await users.FindAsync("alice@example.org", default);
                await Task.Delay(10);
            }
        });
        Assert.Contains("alice@example.org", fault.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_lock_is_renewed_past_its_lease_while_its_holder_lives()
    {
        await using var users = await OpenAsync(AgentPlace.NewSchema());
        var held = await users.LockAsync("alice@example.org", default);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.False(held.Lost.IsCancellationRequested);
        using var giveUp = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await users.LockAsync("alice@example.org", giveUp.Token));
        await held.DisposeAsync();
        await (await users.LockAsync("alice@example.org", default)).DisposeAsync();
    }

    [PostgresFact]
    public async Task Locks_are_renewed_again_once_the_tables_are_mended()
    {
        var schema = AgentPlace.NewSchema();
        await using var users = await OpenAsync(schema);
        await using var lost = await users.LockAsync("alice@example.org", default);
        await fixture.Server.PsqlAsync($"ALTER TABLE {schema}.locks RENAME COLUMN until TO other");
        await Eventually.TrueAsync(() => Task.FromResult(lost.Lost.IsCancellationRequested));
        await fixture.Server.PsqlAsync($"ALTER TABLE {schema}.locks RENAME COLUMN other TO until");
        await using var held = await users.LockAsync("alice@example.org", default);
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.False(held.Lost.IsCancellationRequested);
    }

    private async Task<PostgresUserDatabase> OpenAsync(string schema)
    {
        var options = new PostgresUserDatabaseOptions { Connection = fixture.Server.Connection(), Schema = schema, LockLease = TimeSpan.FromSeconds(2) };
        var users = new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, new ModuleContext("postgres", Path.GetTempPath()));
        await users.StartAsync(default);
        return users;
    }

    private static async Task<List<string>> ListAsync(PostgresUserDatabase users, string? prefix)
    {
        var names = new List<string>();
        await foreach (var user in users.ListAsync(prefix, default))
            names.Add(user.Name);
        return names;
    }
}
