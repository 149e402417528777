using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailStore.EndToEnd.Tests.Authors;
using MailStore.EndToEnd.Tests.Mtas;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>Postfix hands over to four hosts, one of which is killed every second.</summary>
/// <remarks>
/// Nothing is ever lost. A mail may be there twice: its host was killed after it was stored and before Postfix had the reply. Where Postfix brings it to the same host again,
/// that one mostly remembers it; another host cannot.
/// </remarks>
[Collection(MtaCollection.Name)]
public sealed partial class KilledHostTests(MtaPackages packages, ClusterServers servers, ITestOutputHelper output) : IClassFixture<ClusterServers>
{
    private const int Hosts = 4;

    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly int Users = Long ? 2000 : 80;
    private static readonly int Kills = Long ? 60 : 6;

    [TheoryIf(FactIfAttribute.Postgres, FactIfAttribute.Ceph, FactIfAttribute.Root, "apt-get", "unshare")]
    [InlineData("lock", false)]
    [InlineData("trial", true)]
    public async Task While_a_host_is_killed_every_second_nothing_is_lost(string creator, bool triesOthers)
    {
        await using var cluster = await Cluster.StartAsync(servers, creator, Hosts);
        var users = Enumerable.Range(0, Users).Select(i => string.Create(CultureInfo.InvariantCulture, $"user{i}@example.org")).ToList();
        await cluster.AddUsersAsync(users.Select((user, i) => $"{user} mda={ClusterStorage.Mdas[i % ClusterStorage.Mdas.Length]}"));
        await using var mta = new Postfix(packages, Transport.Tcp) { Routes = users.Select((user, i) => (user, Route(cluster, i, triesOthers))).ToList() };
        await mta.StartAsync();

        var watch = Stopwatch.StartNew();
        var killing = KillAsync(cluster);
        var sent = new ConcurrentBag<(string, string)>();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            // all get mail, also where the kills were faster
            while (Interlocked.Increment(ref next) is var i && (i < users.Count || !killing.IsCompleted))
            {
                var subject = string.Create(CultureInfo.InvariantCulture, $"m{i}");
                string[] recipients = i % 5 == 0 ? [users[i % Users], users[(i + 1) % Users], users[(i + 2) % Users]] : [users[i % Users]];
                await mta.SendAsync(recipients, Encoding.ASCII.GetBytes($"Subject: {subject}\r\n\r\nhello\r\n"));
                foreach (var user in recipients)
                    sent.Add((user, subject));
            }
        }));
        await killing;
        var took = watch.Elapsed;
        await mta.DrainAsync();
        Assert.DoesNotContain("status=bounced", mta.Log, StringComparison.Ordinal);
        Assert.Contains("status=deferred", mta.Log, StringComparison.Ordinal);

        var swept = await cluster.Storage.SweepAsync();
        var doubles = await cluster.AuditAsync(users, sent);
        await cluster.StopAsync();
        var unsure = Unsure(mta.Log);
        Assert.All(doubles.CountBy(mail => mail.User), user => Assert.InRange(user.Value, 1, unsure.GetValueOrDefault(user.Key)));
        Notes.Add(output, string.Create(
            CultureInfo.InvariantCulture,
            $"cluster, creator {creator}: {Kills} kills of {Hosts} hosts in {took.TotalSeconds:0} s, {sent.Count} deliveries to {Users} new users by Postfix {(triesOthers ? "to any host" : "to one host each")}: none lost, {doubles.Count} twice, each of a connection that Postfix lost before the reply, {swept} orphans swept"));
    }

    /// <returns>By recipient: how often Postfix lost a connection after it had sent his mail and before it had the reply. So often he may get a mail twice.</returns>
    private static Dictionary<string, int> Unsure(string log)
    {
        var lost = LostBeforeReply().Matches(log).Select(line => line.Groups["mail"].Value).CountBy(mail => mail).ToDictionary();
        var recipients = Recipient().Matches(log).Select(line => (Mail: line.Groups["mail"].Value, User: line.Groups["user"].Value)).Distinct();
        return recipients.GroupBy(pair => pair.User).ToDictionary(user => user.Key, user => user.Sum(pair => lost.GetValueOrDefault(pair.Mail)));
    }

    [GeneratedRegex(@"postfix/lmtp\[\d+\]: (?<mail>\w+): .*message may be sent more than once")]
    private static partial Regex LostBeforeReply();

    [GeneratedRegex(@"postfix/lmtp\[\d+\]: (?<mail>\w+): to=<(?<user>[^>]+)>")]
    private static partial Regex Recipient();

    private static string Route(Cluster cluster, int user, bool triesOthers)
    {
        var ports = Enumerable.Range(0, triesOthers ? Hosts : 1).Select(i => cluster.Ports[(user + i) % Hosts]);
        return "lmtp:inet:" + string.Join(',', ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")));
    }

    private static async Task KillAsync(Cluster cluster)
    {
        var starting = Enumerable.Repeat(Task.CompletedTask, Hosts).ToArray();
        for (var i = 0; i < Kills; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            await starting[i % Hosts];
            await cluster.KillHostAsync(i % Hosts);
            starting[i % Hosts] = cluster.StartHostAsync(i % Hosts);
        }

        await Task.WhenAll(starting);
    }
}
