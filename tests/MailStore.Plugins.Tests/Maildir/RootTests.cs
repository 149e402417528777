using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class RootTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task On_a_fresh_system_the_root_below_the_data_directory_is_made_at_the_start()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        Assert.True(Directory.Exists(Path.Combine(world.Data, "mail")));
        Assert.True((await agent.CheckHealthAsync(None)).IsHealthy);
    }

    [Fact]
    public async Task A_root_that_has_vanished_is_never_made_again_and_all_fails_for_the_time_being()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var root = Path.Combine(world.Data, "mail");
        Directory.Move(root, Path.Combine(world.Base, "away"));

        foreach (var host in new[] { agent, await world.StartAsync() })
        {
            var e = await Assert.ThrowsAsync<TemporaryFailureException>(async () => await host.AllocateAsync(world.User("bob@example.org"), world.Attempt(), None));
            Assert.Contains($"{root} has vanished; mount its disk", e.Message, StringComparison.Ordinal);
            Assert.Contains("has vanished", (await host.CheckHealthAsync(None)).Message, StringComparison.Ordinal);
        }

        var result = await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains($"{root} has vanished", result.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await ((IMailboxRemoval)mailbox).RemoveAllAsync(None));
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await ((IReadableMailbox)mailbox).ListAsync(None).ToListAsync());
        Assert.False(Directory.Exists(root));

        Directory.Move(Path.Combine(world.Base, "away"), root);
        Assert.True((await agent.CheckHealthAsync(None)).IsHealthy);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);
    }

    [Fact]
    public async Task An_empty_mount_point_is_told_from_the_disk_that_belongs_there()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var root = Path.Combine(world.Data, "mail");
        Directory.Move(root, Path.Combine(world.Base, "disk"));
        Directory.CreateDirectory(root);

        var e = await Assert.ThrowsAsync<TemporaryFailureException>(async () => await agent.AllocateAsync(world.User("bob@example.org"), world.Attempt(), None));
        Assert.Contains(".mailstore-root", e.Message, StringComparison.Ordinal);
        Assert.False((await agent.CheckHealthAsync(None)).IsHealthy);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.Empty(MaildirWorld.Tree(root));
    }

    [Fact]
    public async Task A_root_outside_of_the_data_directory_is_never_made()
    {
        await using var world = new MaildirWorld();
        world.Options = new MaildirOptions { Path = world.Base + "/srv/mail/{user}" };
        var agent = await world.StartAsync();
        var health = await agent.CheckHealthAsync(None);
        Assert.False(health.IsHealthy);
        Assert.Contains("MailStore makes none outside of its data directory", health.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await agent.AllocateAsync(world.User(), world.Attempt(), None));

        Directory.CreateDirectory(Path.Combine(world.Base, "srv/mail"));
        await agent.AllocateAsync(world.User(), world.Attempt(), None);
    }

    [Fact]
    public async Task Hosts_with_data_directories_of_their_own_share_a_root()
    {
        await using var world = new MaildirWorld();
        world.Options = new MaildirOptions { Path = world.Base + "/srv/{user}" };
        Directory.CreateDirectory(Path.Combine(world.Base, "srv"));
        Directory.CreateDirectory(Path.Combine(world.Base, "data2"));
        var one = await (await world.StartAsync()).AllocateAsync(world.User(), world.Attempt(), None);
        var two = await (await world.StartAsync(Path.Combine(world.Base, "data2"))).AllocateAsync(world.User(), world.Attempt(), None);
        Assert.Equal(one.Values, two.Values);
    }
}
