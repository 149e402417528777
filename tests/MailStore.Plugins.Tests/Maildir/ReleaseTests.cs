using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class ReleaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_lost_allocation_is_removed_and_a_second_time_nothing_happens()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var lost = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        for (var i = 0; i < 2; i++)
        {
            await agent.ReleaseAsync(null, lost, None);
            Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(world.AliceHome)!));
        }
    }

    [Fact]
    public async Task The_home_that_the_winner_shares_stays()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var lost = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        var won = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        await agent.ReleaseAsync(new UserRecord { Name = MaildirWorld.Alice, Version = 2, Allocation = won }, lost, None);
        Assert.Equal(["cur", "mailstore-owner", "new", "tmp"], MaildirWorld.Tree(world.AliceHome));
    }

    [Fact]
    public async Task What_holds_mail_stays()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var lost = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        await MaildirWorld.Open(agent, world.User(allocation: lost)).DeliverAsync(MaildirWorld.Mail(), None);
        await agent.ReleaseAsync(null, lost, None);
        Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"));
        Assert.True(File.Exists(world.AliceHome + "/mailstore-owner"));
    }

    [Fact]
    public async Task The_place_of_a_later_life_of_the_user_stays()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var lost = await agent.AllocateAsync(world.User(version: 1), world.Attempt(), None);
        Directory.Delete(world.AliceHome, recursive: true);
        await agent.AllocateAsync(world.User(version: 5), world.Attempt(), None);
        await agent.ReleaseAsync(null, lost, None);
        Assert.True(Directory.Exists(world.AliceHome));
    }

    [Fact]
    public async Task A_place_that_the_administrator_named_stays()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var lost = await agent.AllocateAsync(world.User(path: Path.Combine(world.Base, "alice")), world.Attempt(), None);
        await agent.ReleaseAsync(null, lost, None);
        Assert.True(Directory.Exists(Path.Combine(world.Base, "alice/new")));
    }

    [Fact]
    public async Task Deliveries_that_race_with_a_release_are_kept_or_turned_down_never_lost()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        for (var round = 0; round < 50; round++)
        {
            var name = $"u{round}@example.org";
            var lost = await agent.AllocateAsync(world.User(name), world.Attempt(), None);
            var mailbox = MaildirWorld.Open(agent, world.User(name, allocation: lost));
            var delivery = Task.Run(async () => await mailbox.DeliverAsync(MaildirWorld.Mail(), None));
            await agent.ReleaseAsync(null, lost, None);
            var isStored = (await delivery).Status == DeliveryStatus.Stored;
            Assert.Equal(isStored ? 1 : 0, MaildirWorld.Files(lost.Values[Allocation.Home] + "/new").Length);
        }
    }
}
