using MailStore.EndToEnd.Tests.Clusters;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>Two hosts deliver while a third one moves all users: they learn of each switch on their own.</summary>
public sealed class ClusterMoveTests(ClusterServers servers) : IClassFixture<ClusterServers>
{
    private const int Connections = 8;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly int UserCount = IsLong ? 200 : 4;

    [FactIf(FactIfAttribute.Postgres, FactIfAttribute.Ceph)]
    public async Task Whatever_host_gets_a_mail_it_is_there_once_at_the_new_place()
    {
        // the old place is kept for as long as a call may take: here not a minute
        var addresses = ClusterAddresses.Of(servers) with { Timeout = TimeSpan.FromSeconds(4) };
        await using var cluster = await Cluster.StartAsync(servers, "trial", 3, addresses, "[modules]\ncall_timeout = \"8s\"\n");
        var users = Enumerable.Range(0, UserCount).Select(SentMail.UserName).ToList();
        string[] formats = ["maildir", "postgres", "s3"];
        await cluster.AddUsersAsync(users.Select((user, i) => $"{user} mda={formats[i % 2]}"));
        await using var pump = new MailPump("during", connection => cluster.EndPoint(connection % 2), users, Connections);
        // all have some mail
        while (pump.Taken.Count < UserCount * 10)
            await Task.Delay(50);
        // a server that does not answer for a while, on a machine with much to do, stops a move, and the same command goes on
        for (var attempt = 1; await cluster.PlaceOf(2).RunAsync("user", "move", "--all", "--mda", "s3", "--parallel", "8") is var moved && moved.ExitCode != 0; attempt++)
        {
            moved.FailedClearly(75);
            Assert.True(attempt < 5, moved.Errors);
        }

        await pump.StopAsync();
        Assert.Empty(pump.Unsure);
        var audit = new MoveAudit(cluster.PlaceOf(0), users);
        await audit.CheckAsync("s3", pump.Taken);
        await audit.IsCleanAsync();
        await cluster.StopAsync();
    }
}
