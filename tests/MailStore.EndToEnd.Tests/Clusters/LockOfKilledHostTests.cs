using System.Diagnostics;
using System.Globalization;
using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>A host is killed while it holds the lock of a user.</summary>
public sealed class LockOfKilledHostTests
{
    private const string Alice = "alice@example.org";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(8);

    // for what else a loaded machine does
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    [FactIf(FactIfAttribute.Postgres)]
    public async Task The_lock_is_kept_for_its_lease_and_free_after_it()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        using var one = Place(postgres, "call = \"allocate\"\nbehaviour = \"hang\"\n");
        using var other = Place(postgres, "");
        await one.AddUsersAsync([Alice]);
        await using var dying = await ServerProcess.StartAsync(one);
        await using var living = await ServerProcess.StartAsync(other);

        await using var lost = await LmtpClient.ConnectAsync(dying.EndPoint);
        var unanswered = lost.SendMailAsync("", [Alice], "Subject: x\r\n\r\nhello\r\n"u8.ToArray());
        var patience = Stopwatch.StartNew();
        while ((await postgres.PsqlAsync("SELECT count(*) FROM mailstore.locks")).Trim() != "1")
        {
            Assert.True(patience.Elapsed < TimeSpan.FromMinutes(1), dying.Log);
            await Task.Delay(50);
        }

        await dying.KillAsync();
        var left = TimeSpan.FromSeconds(double.Parse(await postgres.PsqlAsync("SELECT extract(epoch FROM until - clock_timestamp()) FROM mailstore.locks"), CultureInfo.InvariantCulture));
        var watch = Stopwatch.StartNew();
        Assert.InRange(left, TimeSpan.FromSeconds(1), Lease);
        await Assert.ThrowsAnyAsync<IOException>(() => unanswered);

        await using var client = await LmtpClient.ConnectAsync(living.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], "Subject: x\r\n\r\nhello\r\n"u8.ToArray())).Code);
        Assert.InRange(watch.Elapsed, left - TimeSpan.FromSeconds(1), left + Slack);
        Assert.Equal("0", (await postgres.PsqlAsync("SELECT count(*) FROM mailstore.locks")).Trim());
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
