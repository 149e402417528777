using CsCheck;
using MailStore.LiteDb.Users;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class PowerCutTests
{
    private static readonly byte[] Empty = UserStore.CreateImage();
    private static readonly int Rounds = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 1000 : 20;

    [Fact]
    public Task What_was_acknowledged_survives_a_power_cut_at_any_moment() => Gen.Int.SampleAsync(async seed =>
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        var data = new SimulatedFile(disk, Empty);
        var journal = new SimulatedFile(disk, []);
        var acknowledged = new Dictionary<string, UserRecord>(StringComparer.Ordinal);
        var lastNumber = 0L;
        var highest = 0L;

        // The second and third life start from what the power cut of the one before has left.
        for (var life = 0; life < 3; life++)
        {
            var users = TestDatabase.Over(data, journal, cachedUsers: 16);
            await users.StartAsync(default);
            await ShouldHoldAsync(users, acknowledged);
            disk.PowerFailsAt = disk.Operations + random.Next(1, 1500);
            UserRecord? unknown = null;
            string? removing = null;
            try
            {
                while (true)
                {
                    var name = $"user{random.Next(30)}@example.org";
                    var known = acknowledged.GetValueOrDefault(name);
                    (unknown, removing) = (TestDatabase.User(name, ("note", new string('x', random.Next(20_000)))) with { Version = known?.Version ?? 0 }, null);
                    if (random.Next(10) == 0)
                    {
                        unknown = null;
                        var number = await users.NextAsync("uid", default);
                        Assert.Equal(lastNumber + 1, number);
                        lastNumber = number;
                    }
                    else if (known is not null && random.Next(4) == 0)
                    {
                        (unknown, removing) = (null, name);
                        Assert.True(await users.TryRemoveAsync(known, default));
                        acknowledged.Remove(name);
                    }
                    else
                    {
                        var stored = known is null ? await users.TryAddAsync(unknown, default) : await users.TryReplaceAsync(unknown, default);
                        Assert.True(stored!.Version > highest);
                        highest = stored.Version;
                        acknowledged[name] = stored;
                    }
                }
            }
            catch (TemporaryFailureException)
            {
                // the power is gone
            }

            await users.StopAsync(default);
            disk = new SimulatedDisk();
            data = new SimulatedFile(disk, data.AfterPowerCut(random));
            journal = new SimulatedFile(disk, journal.AfterPowerCut(random));

            // The one write under way may have been done or not; whichever, it is whole.
            var reborn = TestDatabase.Over(data, journal);
            await reborn.StartAsync(default);
            if ((unknown?.Name ?? removing) is { } touched)
            {
                var found = await reborn.FindAsync(touched, default);
                var before = acknowledged.GetValueOrDefault(touched);
                if (found is null)
                {
                    Assert.True(before is null || removing is not null);
                    acknowledged.Remove(touched);
                }
                else if (found.Version != before?.Version)
                {
                    Assert.Equal(unknown!.Settings, found.Settings);
                    Assert.True(found.Version > highest);
                    acknowledged[touched] = found;
                    highest = found.Version;
                }
            }

            var next = await reborn.NextAsync("uid", default);
            Assert.InRange(next, lastNumber + 1, lastNumber + 2);
            lastNumber = next;
            await ShouldHoldAsync(reborn, acknowledged);

            // A second cut, right after the recovery.
            disk = new SimulatedDisk();
            data = new SimulatedFile(disk, data.AfterPowerCut(random));
            journal = new SimulatedFile(disk, journal.AfterPowerCut(random));
            await reborn.StopAsync(default);
        }
    }, iter: Rounds, threads: 2);

    [Fact]
    public async Task A_full_disk_fails_the_write_and_nothing_else()
    {
        var disk = new SimulatedDisk();
        var users = TestDatabase.Over(new SimulatedFile(disk, Empty), new SimulatedFile(disk, []));
        await users.StartAsync(default);
        var alice = (await users.TryAddAsync(TestDatabase.User("alice@example.org"), default))!;

        disk.WriteFault = new IOException("No space left on device", 28);
        var failure = await Assert.ThrowsAsync<TemporaryFailureException>(async () => await users.TryAddAsync(TestDatabase.User("bob@example.org"), default));
        Assert.True(failure.StorageFull);
        Assert.Contains("/simulated/users.db", failure.Message, StringComparison.Ordinal);

        disk.WriteFault = null;
        Assert.Null(await users.FindAsync("bob@example.org", default));
        var bob = await users.TryAddAsync(TestDatabase.User("bob@example.org"), default);
        Assert.True(bob!.Version > alice.Version);
        Assert.Equal([alice, bob], await TestDatabase.ListAsync(users), UserComparer.Instance);
        await users.StopAsync(default);
    }

    [Fact]
    public async Task After_a_failed_sync_a_read_tells_what_came_of_the_write()
    {
        var disk = new SimulatedDisk();
        var users = TestDatabase.Over(new SimulatedFile(disk, Empty), new SimulatedFile(disk, []));
        await users.StartAsync(default);
        var alice = (await users.TryAddAsync(TestDatabase.User("alice@example.org"), default))!;

        disk.SyncFault = new IOException("Input/output error", 5);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await users.TryReplaceAsync(alice with { Settings = alice.Settings.Add("quota", "1G") }, default));
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await users.FindAsync("alice@example.org", default));

        disk.SyncFault = null;
        var found = (await users.FindAsync("alice@example.org", default))!;
        var replaced = await users.TryReplaceAsync(found with { Settings = found.Settings.SetItem("quota", "2G") }, default);
        Assert.Equal("2G", replaced!.Settings["quota"]);
        Assert.Null(await users.TryReplaceAsync(found, default));
        await users.StopAsync(default);
    }

    private static async Task ShouldHoldAsync(LiteDbUserDatabase users, Dictionary<string, UserRecord> expected) =>
        Assert.Equal(expected.Values.OrderBy(user => user.Name, StringComparer.Ordinal), await TestDatabase.ListAsync(users), UserComparer.Instance);
}
