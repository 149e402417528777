using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class RemovalTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task All_mail_goes_and_a_second_call_does_nothing()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent, quota: new ByteSize(10_000));
        await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        await mailbox.DeliverAsync(MaildirWorld.Mail(folder: "Lists.Rust"), None);
        var outside = Path.Combine(world.Base, "outside");
        await File.WriteAllTextAsync(Directory.CreateDirectory(outside).FullName + "/file", "stays");
        Directory.CreateSymbolicLink(world.AliceHome + "/cur/link", outside);
        for (var i = 0; i < 2; i++)
        {
            await ((IMailboxRemoval)mailbox).RemoveAllAsync(None);
            Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(world.AliceHome)!));
            Assert.Empty(await ((IReadableMailbox)mailbox).ListAsync(None).ToListAsync());
        }

        Assert.True(File.Exists(outside + "/file"));
    }

    [Fact]
    public async Task A_removal_that_stopped_half_way_is_finished()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var allocation = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        var mailbox = MaildirWorld.Open(agent, world.User(allocation: allocation));
        Directory.Move(world.AliceHome, Path.Combine(Path.GetDirectoryName(world.AliceHome)!, ".mailstore-removed-" + allocation.Values["claim"]));
        await ((IMailboxRemoval)mailbox).RemoveAllAsync(None);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(world.AliceHome)!));
    }

    [Fact]
    public async Task Of_an_adopted_maildir_what_is_none_stays()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var home = Path.Combine(world.Base, "old");
        foreach (var part in new[] { "cur", "new", ".Sent/cur", ".Sent/new", ".Sent/tmp", ".ssh" })
            Directory.CreateDirectory(Path.Combine(home, part));
        await File.WriteAllTextAsync(Path.Combine(home, "cur/1.a.b:2,S"), "mail");
        await File.WriteAllTextAsync(Path.Combine(home, "notes"), "stays");
        var mailbox = await world.MailboxAsync(agent, path: home);
        for (var i = 0; i < 2; i++)
        {
            await ((IMailboxRemoval)mailbox).RemoveAllAsync(None);
            Assert.Equal([".ssh", "notes"], MaildirWorld.Tree(home));
        }
    }

    [Fact]
    public async Task A_maildir_that_belongs_to_somebody_else_by_now_stays()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent, version: 1);
        Directory.Delete(world.AliceHome, recursive: true);
        await agent.AllocateAsync(world.User(version: 5), world.Attempt(), None);
        await ((IMailboxRemoval)mailbox).RemoveAllAsync(None);
        Assert.True(Directory.Exists(world.AliceHome + "/new"));
    }

    [Fact]
    public async Task A_maildir_whose_owner_cannot_be_told_is_left_to_the_administrator()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        File.Delete(world.AliceHome + "/mailstore-owner");
        var e = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await ((IMailboxRemoval)mailbox).RemoveAllAsync(None));
        Assert.Contains("remove it by hand", e.Message, StringComparison.Ordinal);
    }
}
