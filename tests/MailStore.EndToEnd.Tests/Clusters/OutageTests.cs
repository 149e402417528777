using System.Globalization;
using MailStore.EndToEnd.Tests.Authors;
using MailStore.Tests.Servers;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>A server that all hosts stand on goes away under load: it is stopped, or the network swallows all packets and closes nothing.</summary>
public sealed class OutageTests(ClusterServers servers, ITestOutputHelper output) : IClassFixture<ClusterServers>
{
    private const int Hosts = 2;

    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Long ? 30 : 8);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(Long ? 30 : 12);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // one host without the cluster's other formats: PostgresOutageTests
    public static TheoryData<string, bool> Cases => Long
        ? new() { { "PostgreSQL", false }, { "PostgreSQL", true }, { "S3", false }, { "S3", true } }
        : new() { { "PostgreSQL", false }, { "S3", false }, { "S3", true } };

    [TheoryIf(FactIfAttribute.Postgres, FactIfAttribute.Ceph), MemberData(nameof(Cases))]
    public async Task Mail_waits_and_then_nothing_is_lost_or_doubled(string which, bool isSilent)
    {
        await using var postgres = new HoldingProxy(servers.Postgres.Port);
        await using var s3 = new HoldingProxy(new Uri(servers.Ceph.Endpoint).Port);
        await using var cluster = await Cluster.StartAsync(servers, "trial", Hosts, new ClusterAddresses(postgres.Port, s3.Port, TimeSpan.FromSeconds(2)));
        var users = Enumerable.Range(0, 24).Select(i => string.Create(CultureInfo.InvariantCulture, $"user{i}@example.org")).ToList();
        await cluster.AddUsersAsync(users.Select((user, i) => $"{user} mda={ClusterStorage.Mdas[i % ClusterStorage.Mdas.Length]}"));
        await using var load = new OutageLoad([.. Enumerable.Range(0, Hosts).Select(cluster.EndPoint)], users);
        await load.FlowAsync(200, Log);
        if (isSilent)
            await SilenceAsync(which == "S3" ? s3 : postgres);
        else
            await StopAsync(which);
        await load.FlowAsync(200, Log);
        await load.EndAsync();
        Assert.NotEqual(0, load.Refusals);
        await AuditAsync(cluster, users, [.. load.Sent.Select(mail => (mail.Value, mail.Key))]);
        await cluster.StopAsync();
        Notes.Add(output, string.Create(
            CultureInfo.InvariantCulture,
            $"outage, {which} {(isSilent ? $"silent for {Silence.TotalSeconds} s" : $"stopped for {Outage.TotalSeconds} s")}: {load.Sent.Count} mails by {Hosts} hosts, {load.Refusals} deferred, none lost, none twice"));

        string Log() => string.Join("\n-- next host\n", Enumerable.Range(0, Hosts).Select(cluster.LogOf));
    }

    private static async Task SilenceAsync(HoldingProxy proxy)
    {
        proxy.HoldAll();
        await Task.Delay(Silence);
        proxy.Release();
    }

    private async Task StopAsync(string which)
    {
        if (which == "S3")
        {
            await servers.Ceph.KillGatewayAsync();
            await Task.Delay(Outage);
            await servers.Ceph.StartGatewayAsync();
        }
        else
        {
            await servers.Postgres.StopAsync();
            await Task.Delay(Outage);
            await servers.Postgres.StartAsync();
        }
    }

    /// <summary>What was answered as failed and stored all the same is taken back soon.</summary>
    private static async Task AuditAsync(Cluster cluster, IReadOnlyCollection<string> users, IReadOnlyCollection<(string, string)> sent)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                await cluster.Storage.SweepAsync();
                Assert.Empty(await cluster.AuditAsync(users, sent));
                return;
            }
            catch (XunitException) when (DateTime.UtcNow < until)
            {
                await Task.Delay(500);
            }
        }
    }
}
