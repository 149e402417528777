using System.Security.Cryptography;
using LiteDB;
using MailStore.LiteDb.Mails;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Storage;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

public sealed class MailFileTests
{
    [Fact]
    public async Task LiteDB_itself_reads_what_was_stored()
    {
        await using var world = new MailWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var sent = new List<(string Hash, string? Folder)>();
        foreach (var size in (int[])[0, 1, 4000, 8192, 255 * 1024, 255 * 1024 + 1, 3_000_000])
        {
            var content = RandomNumberGenerator.GetBytes(size);
            sent.Add((Convert.ToHexString(SHA256.HashData(content)), (await mailbox.DeliverAsync(MailWorld.Mail(content, size == 4000 ? "Lists" : null), default)).Folder));
        }

        await world.StopAsync(agent);
        Assert.False(File.Exists(world.AliceFile + "-journal"));

        using var database = new LiteDatabase($"Filename={world.AliceFile};ReadOnly=true");
        var files = database.FileStorage.FindAll().ToList();
        Assert.Equal(sent.Select(mail => mail.Hash).Order(), files.Select(file =>
        {
            using var stream = file.OpenRead();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            Assert.Equal(file.Length, bytes.Length);
            return Convert.ToHexString(SHA256.HashData(bytes.ToArray()));
        }).Order());
        Assert.All(files, file => Assert.StartsWith(MailWorld.Alice + "/", file.Filename, StringComparison.Ordinal));
        Assert.Single(files, file => file.Filename.StartsWith(MailWorld.Alice + "/Lists/", StringComparison.Ordinal));

        // the records beside it
        var records = database.GetCollection("mails").FindAll().ToList();
        Assert.Equal(files.Select(file => file.Id).Order(), records.Select(record => record["f"].AsString).Order());
        var envelope = BsonSerializer.Deserialize(records[0]["e"].AsBinary);
        Assert.Equal(("bob@example.net", "Alice+Lists@example.org", "d1"), (envelope["s"].AsString, envelope["r"].AsString, envelope["i"].AsString));
        var usage = database.GetCollection("mailboxes").FindAll().Single();
        Assert.Equal((7, files.Sum(file => file.Length)), (usage["c"].AsInt64, usage["b"].AsInt64));
    }

    [Fact]
    public async Task What_LiteDBs_own_tools_wrote_to_is_read_on()
    {
        await using var world = new MailWorld();
        var agent = await world.StartAsync();
        var allocation = await world.AllocateAsync(agent);
        var stored = await MailWorld.Open(agent, world.User(allocation: allocation)).DeliverAsync(MailWorld.Mail("read it"), default);
        await world.StopAsync(agent);
        using (var database = new LiteDatabase(world.AliceFile))
        {
            var mails = database.GetCollection("mails");
            var record = mails.FindAll().Single();
            record["g"] = (int)(MailFlags.Seen | MailFlags.Flagged);
            mails.Update(record);
        }

        var mailbox = MailWorld.Open(await world.StartAsync(), world.User(allocation: allocation));
        var mail = Assert.Single(await MailWorld.ListAsync(mailbox));
        Assert.Equal((stored.StoredId, MailFlags.Seen | MailFlags.Flagged), (mail.Id, mail.Flags));
        Assert.Equal("read it"u8.ToArray(), await MailWorld.ReadAsync(mailbox, mail.Id));
    }

    [Fact]
    public async Task A_file_that_nobody_uses_is_closed_and_is_whole_by_itself_then()
    {
        var clock = new FakeTimeProvider();
        await using var world = new MailWorld { Clock = clock };
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        await mailbox.DeliverAsync(MailWorld.Mail(), default);
        Assert.True(File.Exists(world.AliceFile + "-journal"));
        for (var i = 0; !(await agent.CheckHealthAsync(default)).Message.EndsWith(", 0 of them open", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 3000, "it was not closed within half a minute");
            clock.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(10);
        }

        Assert.False(File.Exists(world.AliceFile + "-journal"));
        var copy = Path.Combine(world.Base, "copy.db");
        File.Copy(world.AliceFile, copy);
        using (var database = new LiteDatabase(copy))
            Assert.Equal(1, database.GetCollection("mails").Count());
        Assert.Single(await MailWorld.ListAsync(mailbox));
    }

    [Fact]
    public async Task Mails_that_come_at_once_share_a_transaction_and_no_quota_is_exceeded_in_it()
    {
        var disk = new SimulatedDisk();
        using var opener = new SimulatedOpener(disk, MailDatabase.CreateImage(), []);
        await using var world = new MailWorld();
        var agent = await world.StartAsync(opener);
        var mailbox = await world.MailboxAsync(agent, quota: new ByteSize(10_000));
        var syncs = disk.Syncs;
        // the first one keeps the file busy, the others gather
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => mailbox.DeliverAsync(MailWorld.Mail(new byte[1000]), default).AsTask())));
        Assert.Equal(10, results.Count(result => result.Status == DeliveryStatus.Stored));
        Assert.Equal(90, results.Count(result => result.Status == DeliveryStatus.OverQuota));
        Assert.InRange(disk.Syncs - syncs, 1, 10);
        Assert.Equal(new MailboxUsage(10_000, 10, 10_000, null), await mailbox.GetUsageAsync(default));
    }

    [Fact]
    public async Task A_read_of_a_mailbox_that_is_not_there_leaves_the_file_open_for_the_others()
    {
        await using var world = new MailWorld { Options = new LiteDbAgentOptions { Path = "mails.db" } };
        using var other = new SimulatedOpener(new SimulatedDisk(), MailDatabase.CreateImage(), []);
        var nowhere = await world.AllocateAsync(await world.StartAsync(other));
        var disk = new SimulatedDisk();
        using var opener = new SimulatedOpener(disk, MailDatabase.CreateImage(), []);
        var agent = await world.StartAsync(opener);
        var bob = await world.MailboxAsync(agent, "bob@example.org");
        await bob.DeliverAsync(MailWorld.Mail(), default);
        var gone = MailWorld.Open(agent, world.User(allocation: nowhere));
        // opening a file reads it
        await ReadsOfUsageAsync();
        var usual = await ReadsOfUsageAsync();
        await Assert.ThrowsAsync<TemporaryFailureException>(() => gone.GetUsageAsync(default).AsTask());
        Assert.Equal(usual, await ReadsOfUsageAsync());
        await Assert.ThrowsAsync<TemporaryFailureException>(() => MailWorld.ListAsync(gone));
        Assert.Equal(usual, await ReadsOfUsageAsync());

        async Task<int> ReadsOfUsageAsync()
        {
            var before = disk.Operations;
            Assert.Equal(1, (await bob.GetUsageAsync(default)).Count);
            return disk.Operations - before;
        }
    }

    [Fact]
    public async Task A_damaged_file_is_a_failure_for_now_and_for_its_user_alone()
    {
        await using var world = new MailWorld();
        var agent = await world.StartAsync();
        var alice = await world.AllocateAsync(agent);
        var bob = await world.AllocateAsync(agent, "bob@example.org");
        await MailWorld.Open(agent, world.User(allocation: alice)).DeliverAsync(MailWorld.Mail(), default);
        await world.StopAsync(agent);
        var bytes = await File.ReadAllBytesAsync(world.AliceFile);
        for (var page = 0; page < bytes.Length / DatabasePage.Size; page++)
            bytes[page * DatabasePage.Size + 3000] ^= 1;
        await File.WriteAllBytesAsync(world.AliceFile, bytes);

        agent = await world.StartAsync();
        var mailbox = MailWorld.Open(agent, world.User(allocation: alice));
        var result = await mailbox.DeliverAsync(MailWorld.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains($"{world.AliceFile} is damaged", result.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TemporaryFailureException>(() => MailWorld.ListAsync(mailbox));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(world.AliceFile));
        Assert.Equal(DeliveryStatus.Stored, (await MailWorld.Open(agent, world.User("bob@example.org", allocation: bob)).DeliverAsync(MailWorld.Mail(), default)).Status);
    }

    [Fact]
    public async Task A_mail_larger_than_allowed_is_refused_for_good_and_large_ones_wait_for_memory()
    {
        await using var world = new MailWorld { Options = new LiteDbAgentOptions { MaxMailSize = new ByteSize(1 << 20), MailMemory = new ByteSize(1 << 20) } };
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var result = await mailbox.DeliverAsync(MailWorld.Mail(new byte[(1 << 20) + 1]), default);
        Assert.Equal(DeliveryStatus.TooLarge, result.Status);
        Assert.Contains("max_mail_size", result.Detail, StringComparison.Ordinal);
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => mailbox.DeliverAsync(MailWorld.Mail(new byte[1 << 20]), default).AsTask()));
        Assert.All(results, stored => Assert.Equal(DeliveryStatus.Stored, stored.Status));
    }

    [Fact]
    public async Task A_file_that_another_process_has_open_is_a_failure_for_now()
    {
        await using var world = new MailWorld();
        var agent = await world.StartAsync();
        var allocation = await world.AllocateAsync(agent);
        var second = await world.StartAsync();
        var result = await MailWorld.Open(second, world.User(allocation: allocation)).DeliverAsync(MailWorld.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains("in use by another process", result.Detail, StringComparison.Ordinal);
        await world.StopAsync(agent);
        Assert.Equal(DeliveryStatus.Stored, (await MailWorld.Open(second, world.User(allocation: allocation)).DeliverAsync(MailWorld.Mail(), default)).Status);
    }
}
