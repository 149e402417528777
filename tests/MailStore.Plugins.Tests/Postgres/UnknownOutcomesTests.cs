using System.Globalization;
using MailStore.Postgres.Connections;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk;
using MailStore.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>What was answered as failed, and is looked for until it is found out.</summary>
public sealed class UnknownOutcomesTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    [PostgresTheory]
    [InlineData("DROP SCHEMA {0} CASCADE", 0)]
    [InlineData("ALTER TABLE {0}.mails RENAME COLUMN delivery TO other", 1)]
    [InlineData("REVOKE ALL ON {0}.mails FROM looker", 1)]
    public async Task A_delivery_that_cannot_be_found_out_is_in_the_way_of_no_other(string damage, int left)
    {
        await fixture.Server.PsqlAsync("DO $$ BEGIN CREATE ROLE looker LOGIN; EXCEPTION WHEN duplicate_object THEN END $$");
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection(), options => options.Layout = MailboxLayout.Schema);
        await using var proxy = new HoldingProxy(fixture.Server.Port);
        var options = new PostgresAgentOptions
        {
            Connection = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={proxy.Port};Username=looker;Database=postgres"),
            Schema = place.Options.Schema,
            // it runs out, and is tried again
            Timeout = TimeSpan.FromSeconds(1),
        };
        await using var database = new Database(options, new ModuleContext("postgres", Path.GetTempPath()));
        var unknown = new UnknownOutcomes(database, TimeProvider.System, NullLogger.Instance);
        var (bob, carol) = (await AddAsync(place, "bob@example.org"), await AddAsync(place, "carol@example.org"));
        foreach (var schema in (string[])[options.Schema, bob.Place.Tables, carol.Place.Tables])
            await fixture.Server.PsqlAsync($"GRANT USAGE ON SCHEMA {schema} TO looker; GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO looker");

        // both are stored, and the server is out of reach for the one who wants to know
        proxy.HoldAll();
        foreach (var (mailbox, at) in new[] { bob, carol })
        {
            Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(AgentPlace.Mail("unknown"), default)).Status);
            Assert.Null(await unknown.FindOutAsync(at, new MailStatements(at), "unknown"));
        }

        Assert.Equal(2, unknown.Count);
        await fixture.Server.PsqlAsync(string.Format(CultureInfo.InvariantCulture, damage, bob.Place.Tables));
        proxy.Release();
        unknown.Start();
        await Eventually.TrueAsync(async () => (await AgentPlace.ReadAsync(carol.Mailbox)).Count == 0);
        await Eventually.TrueAsync(() => Task.FromResult(unknown.Count == left));
        await unknown.DisposeAsync();
        Assert.Equal(left, unknown.Count);
    }

    private static async Task<(IMailbox Mailbox, MailboxPlace Place)> AddAsync(AgentPlace place, string name)
    {
        var record = new UserRecord { Name = name, Version = 1 };
        var allocation = await place.Agent.AllocateAsync(new EffectiveUser(record, place.Options), new AllocationContext("postgres", null), default);
        var ready = (ParseResult.Ready)place.Agent.Parse(new EffectiveUser(record with { Allocation = allocation }, place.Options));
        return (ready.Mailbox, MailboxPlace.Parse(name, allocation).Place!);
    }
}
