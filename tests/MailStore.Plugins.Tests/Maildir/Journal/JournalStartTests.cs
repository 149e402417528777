using MailStore.Maildir;
using MailStore.Maildir.Journal;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Maildir.Journal;

public sealed class JournalStartTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [FactIf("root", "mount", "umount")]
    public async Task A_file_system_that_keeps_no_order_is_refused()
    {
        await using var world = new MaildirWorld();
        await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "mailstore-test", world.Data);
        try
        {
            Directory.CreateDirectory(world.Data + "/mail");
            Assert.Contains("is tmpfs", JournalGround.FindFault(world.Data, world.Data + "/mail"), StringComparison.Ordinal);
            Assert.Contains("are on two file systems", JournalGround.FindFault(world.Data, world.Base), StringComparison.Ordinal);
        }
        finally
        {
            await Shell.RunAsync("umount", world.Data);
        }
    }

    [FactIf("root", "mkfs.ext4", "mkfs.xfs", "losetup")]
    public async Task Ext4_with_a_journal_and_xfs_are_taken_and_ext4_without_one_is_refused()
    {
        foreach (var (make, expected) in new (string[], string?)[]
        {
            (["mkfs.ext4", "-q"], null),
            (["mkfs.ext4", "-q", "-O", "^has_journal"], "ext4 without a journal"),
            (["mkfs.xfs", "-q"], null),
        })
        {
            await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } };
            var image = Path.Combine(world.Base, "image");
            await using (var file = File.Create(image))
                file.SetLength(400 << 20);
            await Shell.RunAsync(make[0], [.. make[1..], image]);
            await Shell.RunAsync("mount", "-o", "loop", image, world.Data);
            try
            {
                var agent = new MaildirAgent(world.Options, NullLogger<MaildirAgent>.Instance, world.Clock, new ModuleContext("maildir", world.Data));
                agent.JournalStart.Capacity = 1 << 20;
                if (expected is null)
                {
                    await agent.StartAsync(None);
                    await agent.JournalOpening;
                    Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
                    Assert.True(File.Exists(world.Data + "/maildir/journal/maildir/marker"));
                }
                else
                {
                    var fault = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await agent.StartAsync(None));
                    Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
                    Assert.Contains("or set durability = \"direct\"", fault.Message, StringComparison.Ordinal);
                }

                await agent.StopAsync(None);
                agent = new MaildirAgent(new MaildirOptions { Durability = Durability.Auto }, NullLogger<MaildirAgent>.Instance, world.Clock, new ModuleContext("maildir", world.Data));
                agent.JournalStart.Capacity = 1 << 20;
                await agent.StartAsync(None);
                world.Clock.Advance(CurrentJournal.LayOutAfter);
                await agent.JournalOpening;
                Assert.Equal(expected is null, File.Exists(world.Data + "/maildir/journal/maildir/marker"));
                await agent.StopAsync(None);
            }
            finally
            {
                await Shell.RunAsync("umount", world.Data);
            }
        }
    }

    [Fact]
    public async Task Auto_keeps_a_journal_where_one_can_be_kept_and_stores_what_it_holds_where_none_can_be_kept_any_more()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Auto }, MayKeepJournal = true };
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var result = await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        using (var disk = JournalDisk.TryOpen(world.Data + "/maildir/journal/maildir", world.JournalCapacity))
            Assert.Null(disk);
        // as after a kill, and a cut that took the contents
        agent.Dispose();
        await File.WriteAllBytesAsync($"{world.AliceHome}/new/{result.StoredId}", []);
        world.MayKeepJournal = false;
        await world.StartAsync();
        Assert.NotEmpty(await File.ReadAllBytesAsync($"{world.AliceHome}/new/{result.StoredId}"));
        Assert.Equal(result.StoredId, Path.GetFileName(Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"))));
        Assert.False(Directory.Exists(world.Data + "/maildir/journal/maildir"));
    }

    [FactIf("root", "mkfs.ext4", "losetup")]
    public async Task Auto_does_without_a_journal_where_there_is_no_room_for_one()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Auto }, MayKeepJournal = true, JournalCapacity = JournalDisk.DefaultCapacity };
        await using var disk = await LoopDisk.MountAsync(world, 40, "mkfs.ext4", "-q");
        var agent = await world.StartAsync();
        Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.False(Directory.Exists(world.Data + "/maildir/journal/maildir"));
        Assert.True((await agent.CheckHealthAsync(None)).IsHealthy);
        await agent.StopAsync(None);
    }

    [FactIf("root", "mkfs.ext4", "losetup")]
    public async Task A_journal_that_was_never_laid_out_keeps_no_server_from_starting_when_there_is_no_room_for_it_any_more()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal }, JournalCapacity = JournalDisk.DefaultCapacity };
        await using var disk = await LoopDisk.MountAsync(world, 40, "mkfs.ext4", "-q");
        Directory.CreateDirectory(world.Data + "/maildir/journal/maildir");
        await File.WriteAllBytesAsync(world.Data + "/maildir/journal/maildir/0", new byte[500_000]);
        var agent = await world.StartAsync();
        Assert.Contains("No space left", (await agent.CheckHealthAsync(None)).Message, StringComparison.Ordinal);
        Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.False(Directory.Exists(world.Data + "/maildir/journal/maildir"));
        await agent.StopAsync(None);
    }

    [FactIf("root", "mkfs.ext4", "losetup")]
    public async Task Inodes_that_keep_whole_seconds_are_found_out_and_told()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } };
        await using var disk = await LoopDisk.MountAsync(world, 100, "mkfs.ext4", "-q", "-I", "128");
        var agent = await world.StartAsync();
        Assert.Contains("inodes of 128 bytes", (await agent.CheckHealthAsync(None)).Message, StringComparison.Ordinal);
        Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.False(Directory.Exists(world.Data + "/maildir/journal/maildir"));
        await agent.StopAsync(None);
    }

    [FactIf("root", "mkfs.ext4", "losetup")]
    public async Task A_file_system_that_an_error_made_read_only_keeps_what_is_in_the_journal()
    {
        await using var crashed = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } };
        await using var disk = await LoopDisk.MountAsync(crashed, 100, "mkfs.ext4", "-q", "-e", "remount-ro");
        var agent = await crashed.StartAsync();
        var mailbox = await crashed.MailboxAsync(agent);
        await Shell.RunAsync("sync", "-f", crashed.Data);
        var result = await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        Assert.Equal(DeliveryStatus.Stored, result.Status);
        // the file system stops before it has written the mail itself: a sync finds nothing to do then, and says that all is well
        await disk.FailAsync();
        await agent.StopAsync(None);
        await disk.RemountAsync();
        var path = $"{crashed.AliceHome}/new/{result.StoredId}";
        Assert.True(!File.Exists(path) || new FileInfo(path).Length == 0, "the error took nothing");
        agent = await crashed.StartAsync();
        Assert.Equal("Return-Path: <bob@example.net>\nSubject: hello\n\nworld\n", await File.ReadAllTextAsync(path));
        await agent.StopAsync(None);
    }

    [Fact]
    public async Task Auto_makes_no_journal_for_a_command_that_is_over_at_once()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Auto }, MayKeepJournal = true, AwaitsJournal = false };
        var agent = await world.StartAsync();
        Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
        world.Clock.Advance(CurrentJournal.LayOutAfter - TimeSpan.FromSeconds(1));
        await Task.Delay(200);
        Assert.False(Directory.Exists(world.Data + "/maildir/journal"));
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        await agent.JournalOpening.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(File.Exists(world.Data + "/maildir/journal/maildir/marker"));
        await agent.StopAsync(None);
    }

    [Fact]
    public async Task Two_servers_do_not_write_one_journal_and_the_second_has_it_when_the_first_is_gone()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } };
        var agent = await world.StartAsync();
        world.AwaitsJournal = false;
        var second = await world.StartAsync();
        Assert.Contains("another server has the journal", (await second.CheckHealthAsync(None)).Message, StringComparison.Ordinal);
        Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(second)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
        await agent.StopAsync(None);
        await world.AwaitJournalAsync(second);
        Assert.True((await second.CheckHealthAsync(None)).IsHealthy);
    }

    [Fact]
    public async Task Auto_keeps_no_journal_where_other_servers_may_share_the_users()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Auto }, MayKeepJournal = true, AwaitsJournal = false };
        var agent = new MaildirAgent(world.Options, NullLogger<MaildirAgent>.Instance, world.Clock, new ModuleContext("maildir", world.Data));
        agent.JournalStart.FindFault = (_, _) => null;
        agent.FindUnmet(new SharedUsers());
        await agent.StartAsync(None);
        await world.AwaitJournalAsync(agent);
        Assert.False(Directory.Exists(world.Data + "/maildir/journal"));
        await agent.StopAsync(None);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_laying_out_leaves_what_the_next_start_goes_on_with()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal }, JournalCapacity = JournalDisk.DefaultCapacity, AwaitsJournal = false };
        var agent = await world.StartAsync();
        await agent.StopAsync(None);
        world.AwaitsJournal = true;
        agent = await world.StartAsync();
        Assert.Equal(DeliveryStatus.Stored, (await (await world.MailboxAsync(agent)).DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.Equal(2 * JournalDisk.DefaultCapacity, new DirectoryInfo(world.Data + "/maildir/journal/maildir").GetFiles().Sum(file => file.Length));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_mail_that_is_too_large_or_not_in_memory_is_stored_without_the_journal(bool isSpooled)
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } };
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var content = isSpooled ? "Subject: x\n\n" : new string('x', MailJournal.MaxContent);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MaildirWorld.Mail(content, isSpooled: isSpooled), None)).Status);
        agent.Dispose();
        using var disk = JournalDisk.TryOpen(world.Data + "/maildir/journal/maildir", world.JournalCapacity);
        Assert.Empty(new JournalReader(disk!, 0).Read());
    }

    [Fact]
    public async Task Sixty_four_at_once_all_arrive_by_a_journal_that_is_always_full()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal }, JournalCapacity = 16 * BatchHeader.Block };
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var results = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(async () => await mailbox.DeliverAsync(MaildirWorld.Mail($"Subject: {i}\n\n{new string('x', i * 20)}\n"), None))));
        Assert.All(results, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        Assert.Equal(results.Select(result => result.StoredId).Order(StringComparer.Ordinal), MaildirWorld.Files(world.AliceHome + "/new").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
    }

    private sealed class SharedUsers : IUserDatabase, ISharedUserDatabase
    {
        public ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
