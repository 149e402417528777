using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MailStore.Sdk;
using MailStore.Tests.Servers;

namespace MailStore.Plugins.Tests.Postgres;

public sealed class FailoverTests
{
    [PostgresFact]
    public async Task After_a_failover_mail_goes_to_the_new_primary_and_all_that_was_acknowledged_is_there()
    {
        await using var first = await PostgresServer.StartNewAsync();
        await using var second = await first.StartStandbyAsync();

        // the standby is named first: it is passed over, for it takes no writes
        var both = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1:{second.Port},127.0.0.1:{first.Port};Username={PostgresServer.User};Database=postgres");
        await using var place = await AgentPlace.OpenAsync(both, options => options.Timeout = TimeSpan.FromSeconds(3));
        var answers = new ConcurrentDictionary<string, DeliveryStatus>();
        await DeliverAsync(place.Alice, answers, 50);
        Assert.All(answers.Values, status => Assert.Equal(DeliveryStatus.Stored, status));

        await first.KillAsync();
        await DeliverAsync(place.Alice, answers, 3);
        await second.PromoteAsync();
        var start = Stopwatch.GetTimestamp();
        while (!(await DeliverAsync(place.Alice, answers, 10)).All(status => status == DeliveryStatus.Stored))
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), "no mail was stored within a minute after the failover");

        var stored = answers.Where(answer => answer.Value == DeliveryStatus.Stored).Select(answer => answer.Key).Order(StringComparer.Ordinal).ToList();
        // what was answered as failed, and was stored, is taken back
        await Eventually.TrueAsync(async () => (await AgentPlace.ReadAsync(place.Alice)).Count == stored.Count);
        Assert.Equal(stored, (await AgentPlace.ReadAsync(place.Alice)).Order(StringComparer.Ordinal));
    }

    [PostgresFact]
    public async Task A_lone_standby_is_a_server_that_does_not_serve_now()
    {
        await using var first = await PostgresServer.StartNewAsync();
        await using var place = await AgentPlace.OpenAsync(first.Connection());
        await using var second = await first.StartStandbyAsync();
        await using var other = new MailStore.Postgres.Mailboxes.PostgresAgent(
            new MailStore.Postgres.Mailboxes.PostgresAgentOptions { Connection = second.Connection(), Schema = place.Options.Schema },
            Microsoft.Extensions.Logging.Abstractions.NullLogger<MailStore.Postgres.Mailboxes.PostgresAgent>.Instance,
            TimeProvider.System,
            new ModuleContext("postgres", Path.GetTempPath()));
        var health = await other.CheckHealthAsync(default);
        Assert.False(health.IsHealthy);
        Assert.Contains("is a standby", health.Message, StringComparison.Ordinal);
    }

    private static async Task<List<DeliveryStatus>> DeliverAsync(IMailbox mailbox, ConcurrentDictionary<string, DeliveryStatus> answers, int count)
    {
        var statuses = new List<DeliveryStatus>();
        for (var i = 0; i < count; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"d{answers.Count:D5}");
            statuses.Add(answers[id] = (await mailbox.DeliverAsync(AgentPlace.Mail(id), default)).Status);
        }

        return statuses;
    }
}
