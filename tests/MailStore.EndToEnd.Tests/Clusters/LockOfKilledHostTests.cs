using System.Diagnostics;
using System.Globalization;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>A host is killed while it holds the lock of a user, and so is the one that got the lock after it.</summary>
public sealed class LockOfKilledHostTests
{
    private const string Alice = "alice@example.org";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(8);

    // how late the next host may look, on a loaded machine; less than another lease
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(7);

    private static readonly byte[] Mail = "Subject: x\r\n\r\nhello\r\n"u8.ToArray();

    [FactIf(FactIfAttribute.Postgres)]
    public async Task The_lock_is_kept_for_its_lease_and_free_after_it()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        using var first = Place(postgres, "call = \"allocate\"\nbehaviour = \"hang\"\n");
        using var second = Place(postgres, "call = \"allocate\"\nbehaviour = \"hang\"\n");
        using var third = Place(postgres, "");
        await first.AddUsersAsync([Alice]);
        await using var dying = await ServerProcess.StartAsync(first);
        await using var next = await ServerProcess.StartAsync(second);
        await using var living = await ServerProcess.StartAsync(third);

        await using var toDying = await LmtpClient.ConnectAsync(dying.EndPoint);
        var unanswered = toDying.SendMailAsync("", [Alice], Mail);
        var (holder, _) = await HolderOtherThanAsync(postgres, "", dying);
        await dying.KillAsync();
        // what it renewed last
        var (_, until) = await HolderOtherThanAsync(postgres, "", dying);
        await Assert.ThrowsAnyAsync<IOException>(() => unanswered);

        await using var toNext = await LmtpClient.ConnectAsync(next.EndPoint);
        var unansweredToo = toNext.SendMailAsync("", [Alice], Mail);
        var (_, untilOfNext) = await HolderOtherThanAsync(postgres, holder, next);
        Assert.InRange(untilOfNext - Lease.TotalSeconds, until, until + Slack.TotalSeconds);
        await next.KillAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => unansweredToo);

        await using var client = await LmtpClient.ConnectAsync(living.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail)).Code);
        Assert.Equal("0", (await postgres.PsqlAsync("SELECT count(*) FROM mailstore.locks")).Trim());
    }

    /// <summary>Waits for another host to have the lock.</summary>
    /// <returns>Who has it, and until when, in seconds by the server's clock.</returns>
    private static async Task<(string Holder, double Until)> HolderOtherThanAsync(PostgresServer postgres, string last, ServerProcess server)
    {
        for (var patience = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            var row = (await postgres.PsqlAsync("SELECT holder || ' ' || extract(epoch FROM until) FROM mailstore.locks")).Trim().Split(' ');
            if (row.Length == 2 && row[0] != last)
                return (row[0], double.Parse(row[1], CultureInfo.InvariantCulture));
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), server.Log);
        }
    }

    private static TestPlace Place(PostgresServer postgres, string options)
    {
        var place = new TestPlace();
        place.Configure(
            string.Create(CultureInfo.InvariantCulture, $"creator = \"lock\"\nuserdb = \"postgres\"\nmda = \"misbehaving\"\n[userdb.postgres]\nconnection = \"{postgres.Connection()}\"\nlock_lease = \"{Lease.TotalSeconds}s\"\n[mda.misbehaving]\n{options}"),
            place.OwnModules("Misbehaving"));
        return place;
    }
}
