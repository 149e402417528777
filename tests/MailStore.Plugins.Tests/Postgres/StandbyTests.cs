using System.Globalization;
using MailStore.Sdk;
using MailStore.Tests.Servers;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>What is acknowledged while the standby that must have it is away.</summary>
public sealed class StandbyTests
{
    private const int Large = 900_000;

    [PostgresFact]
    public async Task While_the_standby_is_away_no_mail_is_acknowledged_and_none_is_left_over_when_it_is_back()
    {
        await using var first = await PostgresServer.StartNewAsync();
        await using var second = await first.StartStandbyAsync();
        await using var place = await AgentPlace.OpenAsync(first.Connection(), options => options.Timeout = TimeSpan.FromSeconds(2));
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("before"), default)).Status);

        await second.KillAsync();
        var small = await place.Alice.DeliverAsync(AgentPlace.Mail("small"), default);
        var large = await place.Alice.DeliverAsync(AgentPlace.Mail("large", Large), default);
        Assert.Equal((DeliveryStatus.TemporaryFailure, DeliveryStatus.TemporaryFailure), (small.Status, large.Status));
        Assert.Contains("synchronous_standby_names", small.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await place.AddAsync("bob@example.org"));

        await second.StartAsync();
        await Eventually.TrueAsync(async () => (await place.Alice.DeliverAsync(AgentPlace.Mail($"after{Guid.NewGuid():n}"), default)).Status == DeliveryStatus.Stored);
        // those that were answered as failed are committed here, and may be seen until they are taken back
        await Eventually.TrueAsync(async () => (await AgentPlace.ReadAsync(place.Alice)).Count == 2);
        var found = await AgentPlace.ReadAsync(place.Alice);
        Assert.Equal("before", found[0]);
        Assert.StartsWith("after", found[1], StringComparison.Ordinal);
    }

    [PostgresTheory, InlineData(1000), InlineData(Large)]
    public async Task A_commit_whose_wait_for_the_standby_is_cancelled_is_acknowledged_only_when_the_standby_has_it(int size)
    {
        await using var first = await PostgresServer.StartNewAsync();
        await using var second = await first.StartStandbyAsync();
        await using var place = await AgentPlace.OpenAsync(first.Connection(), options => options.Timeout = TimeSpan.FromMinutes(1));
        await second.KillAsync();
        var delivery = place.Alice.DeliverAsync(AgentPlace.Mail("cancelled", size), default).AsTask();
        await Eventually.TrueAsync(async () => await WaitingAsync(first, "pg_cancel_backend(pid)") == "t");

        // the mail is committed here, but not there; what asks for it waits too
        await Eventually.TrueAsync(async () => await WaitingAsync(first, "query LIKE 'SELECT id FROM %'") == "t");
        Assert.Equal("1", await CountAsync(first, place));
        Assert.False(delivery.IsCompleted);

        await second.StartAsync();
        Assert.Equal(DeliveryStatus.Stored, (await delivery).Status);
        await Eventually.TrueAsync(async () => await CountAsync(second, place) == "1");
    }

    /// <summary>Something about the one session whose commit waits for the standby.</summary>
    private static async Task<string> WaitingAsync(PostgresServer server, string what) =>
        (await server.PsqlAsync($"SELECT {what} FROM pg_stat_activity WHERE wait_event = 'SyncRep'")).Trim();

    private static async Task<string> CountAsync(PostgresServer server, AgentPlace place) =>
        (await server.PsqlAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM {place.Options.Schema}.mails"))).Trim();
}
