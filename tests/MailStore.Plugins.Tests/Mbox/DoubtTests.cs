using MailStore.Mbox;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Format;
using MailStore.Mbox.Locks;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Mails that were answered by a failure, and that the disk did not let the server cut off.</summary>
public sealed class DoubtTests
{
    private static readonly string[] Others = ["Subject: a\n\na\n", "Subject: b\n\nb\n"];

    [Fact]
    public async Task They_are_cut_off_later()
    {
        await using var world = new MboxWorld();
        var (mailbox, _, doubt) = await BeginAsync(world);
        Settle(world, doubt);
        Assert.Equal(Others, await MboxWorld.ReadAllAsync(mailbox));
    }

    [Fact]
    public async Task What_was_made_longer_before_them_meanwhile_stays_whole()
    {
        await using var world = new MboxWorld();
        var (mailbox, first, doubt) = await BeginAsync(world);
        Assert.True(await mailbox.TrySetFlagsAsync(first, MailFlags.Seen | MailFlags.Flagged, default));
        Settle(world, doubt);
        Assert.Equal(Others, await MboxWorld.ReadAllAsync(mailbox));
        Assert.Equal(MailFlags.Seen | MailFlags.Flagged, (await MboxWorld.ListAsync(mailbox))[0].Flags);
    }

    [Fact]
    public async Task They_are_cut_off_also_where_a_mail_before_them_was_removed_meanwhile()
    {
        await using var world = new MboxWorld();
        var (mailbox, first, doubt) = await BeginAsync(world);
        Assert.True(await mailbox.TryRemoveAsync(first, default));
        Settle(world, doubt);
        Assert.Equal(Others[1..], await MboxWorld.ReadAllAsync(mailbox));
    }

    [Fact]
    public async Task Nothing_is_cut_off_where_they_never_came()
    {
        await using var world = new MboxWorld();
        var (mailbox, first, doubt) = await BeginAsync(world);
        Assert.True(await mailbox.TryRemoveAsync(doubt.Ids[0], default));
        Assert.True(await mailbox.TrySetFlagsAsync(first, MailFlags.Seen | MailFlags.Flagged, default));
        var before = await File.ReadAllTextAsync(world.AliceFile);
        Settle(world, doubt);
        Assert.Equal(before, await File.ReadAllTextAsync(world.AliceFile));
    }

    [Fact]
    public async Task Nothing_is_cut_off_behind_which_others_have_written()
    {
        await using var world = new MboxWorld();
        var (mailbox, _, doubt) = await BeginAsync(world);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: c\n\nc\n"));
        var before = await File.ReadAllTextAsync(world.AliceFile);
        Settle(world, doubt);
        Assert.Equal(before, await File.ReadAllTextAsync(world.AliceFile));
    }

    [Fact]
    public async Task A_look_behind_the_end_of_a_file_finds_nothing()
    {
        await using var world = new MboxWorld();
        _ = await BeginAsync(world);
        using var file = File.OpenHandle(world.AliceFile);
        using var window = new FileWindow(file);
        var length = RandomAccess.GetLength(file);
        Assert.Equal("From "u8, window.Look(0, 5));
        Assert.Equal(0, window.Look(length, 5).Length);
        Assert.Equal(0, window.Look(length + 1000, 5).Length);
        Assert.Equal(0, window.LookOn(length + 1000, length + 2000).Length);
        Assert.Equal("From "u8, window.Look(0, 5));
    }

    // two mails, and a third one as if its answer had been a failure
    private static async Task<(MboxMailbox Mailbox, string First, Doubt Doubt)> BeginAsync(MboxWorld world)
    {
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var first = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(Others[0]));
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(Others[1]));
        var last = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: in doubt\n\nx\n"));
        using var file = Lock(world);
        return (mailbox, first, new Doubt(file.Status, [last]));
    }

    private static void Settle(MboxWorld world, Doubt doubt)
    {
        using var file = Lock(world);
        doubt.Settle(file);
    }

    private static LockedFile Lock(MboxWorld world)
    {
        Assert.True(new FileLocker(new MboxOptions(), NullLogger.Instance).TryLock(world.AliceFile, isShared: false, out var file));
        return file!;
    }
}
