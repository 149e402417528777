using MailStore.Mbox;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Mails that are written together.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task Mails_that_wait_for_the_file_are_one_batch_in_the_order_in_which_they_came()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var deliveries = await BehindLockAsync(world, mailbox, Enumerable.Range(0, 100).Select(i => MboxWorld.Mail($"Subject: {i}\n")));
        Assert.All(deliveries, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        // one sync, and so the time of one
        Assert.Single(deliveries.Select(result => result.SyncTime).Distinct());
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"Subject: {i}\n"), await MboxWorld.ReadAllAsync(mailbox));
    }

    [Fact]
    public async Task What_is_wrong_with_one_mail_is_wrong_with_no_other()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1_500_000));
        var large = new byte[300_000];
        Array.Fill(large, (byte)'x');
        var reads = 0;
        var results = await BehindLockAsync(
            world,
            mailbox,
            [
                MboxWorld.Mail("Subject: 1\n"),
                // whole when it is looked at first, and lost when it is to be written
                MboxWorld.Mail(new LosingContent(large, () => Interlocked.Increment(ref reads) > 1)),
                MboxWorld.Mail("Subject: 2\n"),
                MboxWorld.Mail(new SpooledContent(new byte[2_000_000])),
                MboxWorld.Mail(new SpooledContent(large)),
                MboxWorld.Mail("Subject: 3\n"),
            ]);
        Assert.Equal(
            [DeliveryStatus.Stored, DeliveryStatus.TemporaryFailure, DeliveryStatus.Stored, DeliveryStatus.OverQuota, DeliveryStatus.Stored, DeliveryStatus.Stored],
            results.Select(result => result.Status));
        var mails = await MboxWorld.ReadAllAsync(mailbox);
        Assert.Equal([11, 11, 300_000, 11], mails.Select(mail => mail.Length));
        Assert.Equal(4, (await mailbox.GetUsageAsync(default)).Count);
    }

    [Fact]
    public async Task A_mail_that_is_cancelled_while_it_is_written_leaves_nothing()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        using var cancel = new CancellationTokenSource();
        var large = new byte[5_000_000];
        var reads = 0;
        var delivery = mailbox.DeliverAsync(MboxWorld.Mail(new SpooledContent(large) { OnRead = () => CancelAt(++reads, 2, cancel) }), cancel.Token).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery);
        Assert.Equal(0, new FileInfo(world.AliceFile).Length);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        Assert.Single(await MboxWorld.ListAsync(mailbox));
    }

    [Fact]
    public async Task Quota_counts_what_others_wrote_and_removed()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), count: 3);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        await File.AppendAllTextAsync(world.AliceFile, "From x@y Wed Jun  3 12:05:06 2026\nSubject: foreign\n\nbody\n\n");
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        Assert.Equal(DeliveryStatus.OverQuota, (await mailbox.DeliverAsync(MboxWorld.Mail(), default)).Status);
        Assert.Equal(3, (await mailbox.GetUsageAsync(default)).Count);
        await File.WriteAllTextAsync(world.AliceFile, "");
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        Assert.Equal(new MailboxUsage("Delivered-To: alice@example.org\nSubject: hello\n\nworld\n".Length, 1, null, 3), await mailbox.GetUsageAsync(default));
    }

    [FactIf("root", "mkfs.ext4")]
    public async Task A_full_disk_leaves_the_file_as_it_was()
    {
        await using var world = new MboxWorld();
        var disk = Path.Combine(world.Base, "disk");
        Directory.CreateDirectory(disk);
        await Shell.RunAsync("sh", "-c", $"truncate -s 3M {disk}.img && mkfs.ext4 -q -O ^has_journal {disk}.img && mount -o loop {disk}.img {disk}");
        try
        {
            world.Options.Path = disk + "/{local}";
            var mailbox = await world.MailboxAsync(await world.StartAsync());
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
            var before = await File.ReadAllBytesAsync(disk + "/alice");
            var result = await mailbox.DeliverAsync(MboxWorld.Mail(MailContent.FromMemory(new byte[4_000_000])), default);
            Assert.True(result.Status == DeliveryStatus.StorageFull, result.ToString());
            Assert.Equal(before, await File.ReadAllBytesAsync(disk + "/alice"));
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
            Assert.Equal(2, (await MboxWorld.ListAsync(mailbox)).Count);
        }
        finally
        {
            await Shell.RunAsync("umount", disk);
        }
    }

    /// <summary>Has mails wait behind a lock of another program, so that they are one batch.</summary>
    private static async Task<DeliveryResult[]> BehindLockAsync(MboxWorld world, MboxMailbox mailbox, IEnumerable<Mail> mails)
    {
        await File.WriteAllTextAsync(world.AliceFile + ".lock", "0");
        var deliveries = new List<Task<DeliveryResult>>();
        foreach (var mail in mails)
        {
            deliveries.Add(mailbox.DeliverAsync(mail, default).AsTask());
            Assert.False(deliveries[^1].IsCompleted);
        }

        File.Delete(world.AliceFile + ".lock");
        return await Task.WhenAll(deliveries);
    }

    private static void CancelAt(int read, int at, CancellationTokenSource cancel)
    {
        if (read == at)
            cancel.Cancel();
    }

    private sealed class LosingContent(byte[] bytes, Func<bool> isLost) : MailContent
    {
        public override long Length => bytes.Length;

        public override long LineFeeds => 0;

        public override Stream OpenRead() => new MemoryStream(bytes, 0, isLost() ? bytes.Length / 2 : bytes.Length, writable: false);
    }
}
