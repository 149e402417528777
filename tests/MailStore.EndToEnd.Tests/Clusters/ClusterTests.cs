using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailStore.EndToEnd.Tests.Authors;
using MailStore.Tests;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>Four hosts on one user database, which get the first mails of new users at the same instant.</summary>
public sealed class ClusterTests(ClusterServers servers, ITestOutputHelper output) : IClassFixture<ClusterServers>
{
    private const int Hosts = 4;
    private const int UsersAtOnce = 8;

    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    // of each MDA
    private static readonly int Users = Long ? 2000 : 40;

    [TheoryIf(FactIfAttribute.Postgres, FactIfAttribute.Ceph), InlineData("lock"), InlineData("trial")]
    public async Task Of_the_first_mails_at_all_hosts_one_allocation_counts_and_every_mail_is_there_once(string creator)
    {
        await using var cluster = await Cluster.StartAsync(servers, creator, Hosts);
        var users = Enumerable.Range(0, Users * ClusterStorage.Mdas.Length).Select(UserName).ToList();
        await cluster.AddUsersAsync(users.Select((user, i) => $"{user} mda={ClusterStorage.Mdas[i % ClusterStorage.Mdas.Length]}"));
        var sent = new ConcurrentBag<(string, string)>();
        var deferred = 0;
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, UsersAtOnce).Select(async _ =>
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, Hosts).Select(host => LmtpClient.ConnectAsync(cluster.EndPoint(host))));
            while (Interlocked.Increment(ref next) is var i && i < users.Count)
            {
                await Task.WhenAll(clients.Select(async (client, host) =>
                {
                    var subject = string.Create(CultureInfo.InvariantCulture, $"m{i}x{host}");
                    Interlocked.Add(ref deferred, await SendAsync(client, users[i], subject));
                    sent.Add((users[i], subject));
                }));
            }

            foreach (var client in clients)
                await client.DisposeAsync();
        }));
        var took = watch.Elapsed;

        Assert.Empty(await cluster.AuditAsync(users, sent));
        await cluster.StopAsync();
        Notes.Add(output, string.Create(
            CultureInfo.InvariantCulture,
            $"cluster, creator {creator}: {users.Count} new users by {Hosts} hosts at once, {sent.Count} first mails in {took.TotalSeconds:0.0} s, {deferred} deferred; one place each, all mails there once"));
    }

    /// <returns>How often it was deferred.</returns>
    private static async Task<int> SendAsync(LmtpClient client, string user, string subject)
    {
        for (var tries = 0; ; tries++)
        {
            var reply = Assert.Single(await client.SendMailAsync("", [user], Encoding.ASCII.GetBytes($"Subject: {subject}\r\n\r\nhello\r\n")));
            if (reply.IsPositive)
                return tries;
            Assert.True(reply.Code is >= 400 and < 500 && tries < 20, reply.ToString());
            await Task.Delay(200);
        }
    }

    private static string UserName(int i) => string.Create(CultureInfo.InvariantCulture, $"user{i}@example.org");
}
