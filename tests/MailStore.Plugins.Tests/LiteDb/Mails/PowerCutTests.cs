using CsCheck;
using MailStore.LiteDb.Mails;
using MailStore.LiteDb.Mails.Files;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

public sealed class PowerCutTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 100 : 3;

    [Fact]
    public Task What_was_acknowledged_survives_a_power_cut_at_any_moment_and_is_counted() => Gen.Int.SampleAsync(async seed =>
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        var opener = new SimulatedOpener(disk, MailDatabase.CreateImage(), []);
        await using var world = new MailWorld { Options = new LiteDbAgentOptions { Path = "mails.db" } };
        var agent = await world.StartAsync(opener);
        Allocation[] allocations = [await world.AllocateAsync(agent, "user0@x"), await world.AllocateAsync(agent, "user1@x")];
        await world.StopAsync(agent);
        var acknowledged = new Dictionary<string, byte[]>[] { [], [] };

        for (var life = 0; life < 3; life++)
        {
            agent = await world.StartAsync(opener);
            disk.PowerFailsAt = disk.Operations + random.Next(1, 1200);
            // three deliveries at once for each user, until the power is gone; what was under way then may be there or not
            var underWay = new List<byte[]>[] { [], [] };
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
            {
                // never the same twice: 2 and -2 are one seed
                var own = new Random(((seed & 0xFFFFFFF) * 6) + writer);
                var mailbox = MailWorld.Open(agent, world.User($"user{writer % 2}@x", 2, allocations[writer % 2]));
                while (true)
                {
                    // some of them larger than what goes through the journal
                    var content = new byte[own.Next(10) == 0 ? own.Next(900_000) : own.Next(20_000)];
                    own.NextBytes(content);
                    var result = await mailbox.DeliverAsync(MailWorld.Mail(content, own.Next(3) == 0 ? "Lists" : null), default);
                    lock (underWay)
                    {
                        if (result.Status != DeliveryStatus.Stored)
                        {
                            underWay[writer % 2].Add(content);
                            break;
                        }

                        acknowledged[writer % 2].Add(result.StoredId!, content);
                    }
                }
            }));
            await world.StopAsync(agent);

            disk = new SimulatedDisk();
            opener = opener.AfterPowerCut(disk, random);
            agent = await world.StartAsync(opener);
            for (var user = 0; user < 2; user++)
                await ShouldHoldAsync(MailWorld.Open(agent, world.User($"user{user}@x", 2, allocations[user])), acknowledged[user], underWay[user]);
            await world.StopAsync(agent);
        }
    }, iter: Rounds, threads: 2);

    [Fact]
    public async Task A_full_disk_fails_the_mails_and_nothing_of_them_is_left()
    {
        var disk = new SimulatedDisk();
        await using var world = new MailWorld();
        var agent = await world.StartAsync(new SimulatedOpener(disk, MailDatabase.CreateImage(), []));
        var mailbox = await world.MailboxAsync(agent);
        disk.WriteFault = new IOException("No space left on device", 28);
        Assert.Equal(DeliveryStatus.StorageFull, (await mailbox.DeliverAsync(MailWorld.Mail(), default)).Status);
        disk.WriteFault = null;
        Assert.Empty(await MailWorld.ListAsync(mailbox));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MailWorld.Mail(), default)).Status);
        Assert.Equal(1, (await mailbox.GetUsageAsync(default)).Count);
    }

    [Fact]
    public async Task A_mail_that_was_answered_by_a_failure_is_never_seen_though_the_journal_had_it()
    {
        var disk = new SimulatedDisk();
        await using var world = new MailWorld();
        var agent = await world.StartAsync(new SimulatedOpener(disk, MailDatabase.CreateImage(), []));
        var mailbox = await world.MailboxAsync(agent);
        var first = await mailbox.DeliverAsync(MailWorld.Mail("the mail before"), default);

        // its frame is in the journal, but nobody can tell; nor can anybody look
        disk.SyncFault = new IOException("Input/output error", 5);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await mailbox.DeliverAsync(MailWorld.Mail("the mail in doubt"), default)).Status);
        await Assert.ThrowsAsync<TemporaryFailureException>(() => MailWorld.ListAsync(mailbox));

        disk.SyncFault = null;
        Assert.Equal([first.StoredId], (await MailWorld.ListAsync(mailbox)).Select(mail => mail.Id));
        Assert.Equal(new MailboxUsage(15, 1, null, null), await mailbox.GetUsageAsync(default));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MailWorld.Mail("the mail in doubt, sent again"), default)).Status);
        Assert.Equal(2, (await MailWorld.ListAsync(mailbox)).Count);
    }

    [Fact]
    public async Task A_mail_whose_sync_failed_once_is_stored_if_the_file_says_so_when_it_is_opened_again()
    {
        var disk = new SimulatedDisk();
        await using var world = new MailWorld();
        var agent = await world.StartAsync(new SimulatedOpener(disk, MailDatabase.CreateImage(), []));
        var mailbox = await world.MailboxAsync(agent);
        disk.SyncFaults = 1;
        var result = await mailbox.DeliverAsync(MailWorld.Mail(), default);
        Assert.Equal(DeliveryStatus.Stored, result.Status);
        Assert.Equal([result.StoredId], (await MailWorld.ListAsync(mailbox)).Select(mail => mail.Id));
    }

    private static async Task ShouldHoldAsync(LiteDbMailbox mailbox, Dictionary<string, byte[]> acknowledged, List<byte[]> underWay)
    {
        var listed = await MailWorld.ListAsync(mailbox);
        foreach (var mail in listed)
        {
            var content = await MailWorld.ReadAsync(mailbox, mail.Id);
            Assert.Equal(mail.Size, content!.Length);
            if (acknowledged.TryGetValue(mail.Id, out var expected))
                Assert.Equal(expected, content);
            else
                acknowledged.Add(mail.Id, Assert.Single(underWay, sent => sent.AsSpan().SequenceEqual(content)));
        }

        Assert.Equal(acknowledged.Keys.Order(StringComparer.Ordinal), listed.Select(mail => mail.Id).Order(StringComparer.Ordinal));
        Assert.Equal(new MailboxUsage(acknowledged.Values.Sum(content => (long)content.Length), acknowledged.Count, null, null), await mailbox.GetUsageAsync(default));
    }
}
