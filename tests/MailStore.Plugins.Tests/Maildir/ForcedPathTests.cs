using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class ForcedPathTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_maildir_that_is_there_is_adopted_with_its_mail()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var path = OldMaildir(world, "cur", "new");
        var mailbox = Assert.IsAssignableFrom<IReadableMailbox>(await world.MailboxAsync(agent, path: path));
        await ((IMailbox)mailbox).DeliverAsync(MaildirWorld.Mail(), None);

        var mails = await mailbox.ListAsync(None).ToListAsync();
        Assert.Equal(["1000000000.old.host", mails[1].Id], mails.Select(mail => mail.Id));
        Assert.Equal(MailFlags.Seen | MailFlags.Answered, mails[0].Flags);
        Assert.True(Directory.Exists(Path.Combine(path, "tmp")));
    }

    [Fact]
    public async Task Many_at_once_adopt_it_once()
    {
        await using var world = new MaildirWorld();
        var hosts = new[] { await world.StartAsync(), await world.StartAsync() };
        var path = OldMaildir(world, "cur", "new", "tmp");
        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            await hosts[i % 2].AllocateAsync(world.User(path: path), world.Attempt(), None))));
        Assert.Single(all.Select(allocation => string.Join(' ', allocation.Values)).Distinct());
        Assert.Equal(["cur", "mailstore-owner", "new", "tmp"], MaildirWorld.Tree(path).Where(name => !name.Contains('/', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_place_that_is_not_there_is_made_below_a_directory_that_is()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var allocation = await agent.AllocateAsync(world.User(path: Path.Combine(world.Base, "vip-alice")), world.Attempt(), None);
        Assert.Equal(Path.Combine(world.Base, "vip-alice"), allocation.Values[Allocation.Home]);

        var e = await Assert.ThrowsAsync<TemporaryFailureException>(async () =>
            await agent.AllocateAsync(world.User(path: Path.Combine(world.Base, "no/such/alice")), world.Attempt(), None));
        Assert.Contains(Path.Combine(world.Base, "no/such") + " does not exist", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(world.Base, "no")));
    }

    [Fact]
    public async Task A_relative_one_begins_in_the_data_directory_and_works_on_a_fresh_system()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var allocation = await agent.AllocateAsync(world.User(path: "vip/special/alice"), world.Attempt(), None);
        Assert.Equal(Path.Combine(world.Data, "vip/special/alice"), allocation.Values[Allocation.Home]);
    }

    [Theory]
    [InlineData("bob@example.org", 2)]
    [InlineData(MaildirWorld.Alice, 9)]
    public async Task The_place_of_another_user_or_of_an_earlier_one_of_this_name_is_refused_with_the_way_out(string name, long version)
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var path = OldMaildir(world, "cur", "new");
        await agent.AllocateAsync(world.User(path: path), world.Attempt(), None);

        var e = await Assert.ThrowsAsync<ModuleConfigurationException>(async () =>
            await agent.AllocateAsync(world.User(name, version, path), world.Attempt(), None));
        Assert.Contains($"{path}/mailstore-owner", e.Message, StringComparison.Ordinal);
        Assert.Contains("remove that file", e.Message, StringComparison.Ordinal);

        File.Delete(Path.Combine(path, "mailstore-owner"));
        Assert.Equal(path, (await agent.AllocateAsync(world.User(name, version, path), world.Attempt(), None)).Values[Allocation.Home]);
    }

    [Fact]
    public async Task What_a_host_that_died_left_there_unused_is_taken_over_by_a_later_version_of_the_record()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var path = Path.Combine(world.Base, "alice");
        await agent.AllocateAsync(world.User(version: 1, path: path), world.Attempt(), None);
        var next = await agent.AllocateAsync(world.User(version: 2, path: path), world.Attempt(), None);
        Assert.Equal(path, next.Values[Allocation.Home]);
        // a call for the version that is history does not take it back
        await Assert.ThrowsAsync<TemporaryFailureException>(async () =>
            await agent.AllocateAsync(world.User(version: 1, path: path), world.Attempt(), None));
    }

    [Fact]
    public async Task A_directory_that_is_no_maildir_stays_what_it_is()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var path = Directory.CreateDirectory(Path.Combine(world.Base, "homes/alice/.ssh")).Parent!.FullName;
        var e = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await agent.AllocateAsync(world.User(path: path), world.Attempt(), None));
        Assert.Contains("holds other things", e.Message, StringComparison.Ordinal);
        Assert.Equal([".ssh"], MaildirWorld.Tree(path));
    }

    private static string OldMaildir(MaildirWorld world, params string[] parts)
    {
        var path = Path.Combine(world.Base, "old");
        foreach (var part in parts)
            Directory.CreateDirectory(Path.Combine(path, part));
        var mail = Path.Combine(path, "cur/1000000000.old.host:2,RS");
        File.WriteAllText(mail, "Subject: old\n\nmail\n");
        File.SetLastWriteTimeUtc(mail, DateTimeOffset.FromUnixTimeSeconds(1_000_000_000).UtcDateTime);
        return path;
    }
}
