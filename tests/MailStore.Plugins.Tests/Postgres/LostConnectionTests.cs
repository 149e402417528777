using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>Connections that are lost, cut off or held, at the worst moments. They wait most of their time, so beside the others, on a server of their own.</summary>
public sealed class LostConnectionTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private const int Large = 900_000;

    // for who lets it run out
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    [PostgresFact]
    public async Task A_mail_whose_acknowledgement_is_swallowed_is_found_and_stored_once()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var place = await AgentPlace.OpenAsync(Through(proxy), options => options.Timeout = Short);
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("before"), default)).Status);
        proxy.HoldReplies();

        var result = await place.Alice.DeliverAsync(AgentPlace.Mail("unknown"), default);
        Assert.Equal(DeliveryStatus.Stored, result.Status);
        Assert.Equal(["before", "unknown"], await AgentPlace.ReadAsync(place.Alice));
    }

    [PostgresTheory, InlineData(1000), InlineData(Large)]
    public async Task A_mail_that_reaches_the_server_after_it_was_given_up_is_not_stored(int size)
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var place = await AgentPlace.OpenAsync(Through(proxy), options => options.Timeout = Short);
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("before"), default)).Status);
        proxy.HoldRequests();

        var result = await place.Alice.DeliverAsync(AgentPlace.Mail("late", size), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        proxy.Release();
        await Task.Delay(500);
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("again", size), default)).Status);
        Assert.Equal(["before", "again"], await AgentPlace.ReadAsync(place.Alice));
    }

    [PostgresFact]
    public async Task A_row_that_the_server_sends_before_it_commits_is_no_commit()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection(), options => options.Timeout = Short);
        var schema = place.Options.Schema;
        // a warning sends ahead what the server has collected for the client; here the commit takes too long after it
        await fixture.Server.PsqlAsync($"CREATE FUNCTION {schema}.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'soon'; PERFORM pg_sleep(600); RETURN NULL; END $$");
        await fixture.Server.PsqlAsync($"CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON {schema}.mailboxes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.slow()");
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await place.Alice.DeliverAsync(AgentPlace.Mail("slow"), default)).Status);

        await fixture.Server.PsqlAsync($"DROP TRIGGER slow ON {schema}.mailboxes");
        await Eventually.TrueAsync(async () => (await place.Alice.DeliverAsync(AgentPlace.Mail($"after{Guid.NewGuid():n}"), default)).Status == DeliveryStatus.Stored);
        // one that ran into its deadline, too, and was stored, is taken back
        await Eventually.TrueAsync(async () => (await AgentPlace.ReadAsync(place.Alice)).Count == 1);
        Assert.StartsWith("after", Assert.Single(await AgentPlace.ReadAsync(place.Alice)), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task What_was_answered_as_failed_and_was_stored_is_taken_back()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var place = await AgentPlace.OpenAsync(Through(proxy), options => options.Timeout = Short);
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("before"), default)).Status);
        var proof = await AgentPlace.OpenAsync(fixture.Server.Connection(), options => options.Schema = place.Options.Schema);
        proxy.HoldNewConnections();
        proxy.HoldReplies();

        var result = await place.Alice.DeliverAsync(AgentPlace.Mail("unknown"), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        await Eventually.TrueAsync(async () => await CountAsync(place) == "2");
        proxy.Release();
        await Eventually.TrueAsync(async () => await CountAsync(place) == "1");
        Assert.Equal(["before"], await AgentPlace.ReadAsync(place.Alice));
        Assert.Equal(1, (await ((IMailboxUsage)place.Alice).GetUsageAsync(default)).Count);
        await proof.DisposeAsync();
    }

    [PostgresFact]
    public async Task Imported_mails_whose_acknowledgement_is_swallowed_are_found_and_stored_once()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var place = await AgentPlace.OpenAsync(Through(proxy), options => options.Timeout = Short);
        var import = (IMailboxImport)place.Alice;
        await import.ImportAsync([AgentPlace.Mail("before")], default);
        proxy.HoldRepliesTo("COMMIT\0"); // and not READ COMMITTED
        var results = await import.ImportAsync([AgentPlace.Mail("one"), AgentPlace.Mail("two", Large), AgentPlace.Mail("three")], default);
        Assert.All(results, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        Assert.Equal(["before", "one", "two", "three"], await AgentPlace.ReadAsync(place.Alice));
        Assert.Equal(4, (await ((IMailboxUsage)place.Alice).GetUsageAsync(default)).Count);
    }

    [PostgresFact]
    public async Task Imported_mails_that_were_answered_as_failed_and_were_stored_are_all_taken_back()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var place = await AgentPlace.OpenAsync(Through(proxy), options => options.Timeout = Short);
        var import = (IMailboxImport)place.Alice;
        await import.ImportAsync([AgentPlace.Mail("before")], default);
        proxy.HoldNewConnections();
        proxy.HoldRepliesTo("COMMIT\0"); // and not READ COMMITTED
        var results = await import.ImportAsync([AgentPlace.Mail("one"), AgentPlace.Mail("two"), AgentPlace.Mail("three")], default);
        Assert.All(results, result => Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status));
        await Eventually.TrueAsync(async () => await CountAsync(place) == "4");
        proxy.Release();
        await Eventually.TrueAsync(async () => await CountAsync(place) == "1");
        Assert.Equal(["before"], await AgentPlace.ReadAsync(place.Alice));
    }

    [PostgresFact]
    public async Task A_connection_that_is_swallowed_ends_within_the_deadline()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var place = await AgentPlace.OpenAsync(Through(proxy), options => options.Timeout = Short);
        proxy.HoldAll();
        var start = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => place.Alice.DeliverAsync(AgentPlace.Mail($"swallowed{i}", i % 2 == 0 ? 100 : Large), default).AsTask()));
        Assert.All(results, result => Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await ((IMailboxUsage)place.Alice).GetUsageAsync(default));
        Assert.False((await place.Agent.CheckHealthAsync(default)).IsHealthy);

        proxy.Release();
        await Eventually.TrueAsync(async () => (await place.Alice.DeliverAsync(AgentPlace.Mail($"after{Guid.NewGuid():n}"), default)).Status == DeliveryStatus.Stored);
        Assert.True((await place.Agent.CheckHealthAsync(default)).IsHealthy);

        // what was held reached the server by now, and may be seen for a moment, until it is taken back, as may an earlier one of those after it
        await Eventually.TrueAsync(async () => (await AgentPlace.ReadAsync(place.Alice)).Count == 1);
        Assert.StartsWith("after", Assert.Single(await AgentPlace.ReadAsync(place.Alice)), StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_host_that_hears_no_changes_serves_nothing_stale()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        var schema = AgentPlace.NewSchema();
        await using var near = await OpenUsersAsync(fixture.Server.Connection(), schema, TimeSpan.FromSeconds(10));
        await using var far = await OpenUsersAsync(Through(proxy), schema, Short);
        var user = (await near.TryAddAsync(new UserRecord { Name = "alice@example.org" }, default))!;
        await Eventually.TrueAsync(async () => (await far.FindAsync(user.Name, default))?.Version == user.Version);
        proxy.HoldAll();
        Assert.True(await near.TryRemoveAsync(user, default));

        // from memory for some seconds at most, then never "no such user" nor an old one
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await far.FindAsync(user.Name, default);
                return false;
            }
            catch (TemporaryFailureException)
            {
                return true;
            }
        });
        proxy.Release();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return await far.FindAsync(user.Name, default) is null;
            }
            catch (TemporaryFailureException)
            {
                return false;
            }
        });
    }

    [PostgresFact]
    public async Task A_lock_whose_acknowledgement_is_swallowed_is_given_back()
    {
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        await using var users = await OpenUsersAsync(Through(proxy), AgentPlace.NewSchema(), Short, TimeSpan.FromHours(1));
        proxy.HoldRepliesTo("locks AS l");
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await users.LockAsync("alice@example.org", default));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await (await users.LockAsync("alice@example.org", patience.Token)).DisposeAsync();
    }

    [PostgresFact]
    public async Task A_server_that_crashes_and_restarts_under_load_loses_and_doubles_nothing()
    {
        await using var server = await PostgresServer.StartNewAsync();
        // shorter than the server is away
        await using var place = await AgentPlace.OpenAsync(server.Connection(), options => options.Timeout = TimeSpan.FromSeconds(1));
        var answers = new ConcurrentDictionary<string, DeliveryStatus>();
        var end = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; !end.IsCancellationRequested; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"d{sender}x{i}");
                answers[id] = (await place.Alice.DeliverAsync(AgentPlace.Mail(id, i % 10 == 0 ? Large : 500), default)).Status;
                if (answers[id] != DeliveryStatus.Stored)
                    await Task.Delay(50);
            }
        })).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(500);
            await (round == 1 ? server.StopAsync() : server.KillAsync());
            await Task.Delay(1500);
            await server.StartAsync();
        }

        var before = answers.Count(answer => answer.Value == DeliveryStatus.Stored);
        await Eventually.TrueAsync(() => Task.FromResult(answers.Count(answer => answer.Value == DeliveryStatus.Stored) > before + 20));
        await end.CancelAsync();
        await Task.WhenAll(senders);
        Assert.All(answers.Values, status => Assert.True(status is DeliveryStatus.Stored or DeliveryStatus.TemporaryFailure, $"{status}"));
        Assert.Contains(DeliveryStatus.TemporaryFailure, answers.Values);
        var stored = answers.Where(answer => answer.Value == DeliveryStatus.Stored).Select(answer => answer.Key).Order(StringComparer.Ordinal).ToList();
        List<string> found = [];
        await Eventually.TrueAsync(async () => (found = await AgentPlace.ReadAsync(place.Alice)).Count == stored.Count);
        Assert.Equal(stored, found.Order(StringComparer.Ordinal));
        Assert.Equal(stored.Count, (await ((IMailboxUsage)place.Alice).GetUsageAsync(default)).Count);
    }

    private static string Through(HoldingProxy proxy) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={proxy.Port};Username={PostgresServer.User};Database=postgres");

    private static async Task<PostgresUserDatabase> OpenUsersAsync(string connection, string schema, TimeSpan timeout, TimeSpan? lease = null)
    {
        var options = new PostgresUserDatabaseOptions { Connection = connection, Schema = schema, Timeout = timeout, LockLease = lease ?? TimeSpan.FromSeconds(30) };
        var users = new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, new ModuleContext("postgres", Path.GetTempPath()));
        await users.StartAsync(default);
        return users;
    }

    private async Task<string> CountAsync(AgentPlace place) => (await fixture.Server.PsqlAsync($"SELECT count(*) FROM {place.Options.Schema}.mails")).Trim();
}
