using MailStore.LiteDb.Mails;
using MailStore.LiteDb.Mails.Places;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

public sealed class PlaceTests
{
    [Theory]
    [InlineData("alice@example.org", "example.org/alice.db")]
    [InlineData("Alice@example.org", "example.org/Alice.db")]
    [InlineData("alice", "%-/alice.db")]
    [InlineData("../../etc@x", "x/%2E.%2F..%2Fetc.db")]
    [InlineData("b\u00e9@x", "x/b%C3%A9.db")]
    // LiteDB's log of bob.db would be bob-log.db
    [InlineData("bob-log@x", "x/bob%2Dlog.db")]
    [InlineData("bob-LOG@x", "x/bob%2DLOG.db")]
    [InlineData("bob-logs@x", "x/bob-logs.db")]
    [InlineData("bob.db-journal@x", "x/bob.db-journal.db")]
    public void A_name_from_outside_becomes_a_file_of_its_own(string user, string file) =>
        Assert.Equal("/data/litedb/" + file, Template("litedb/{domain}/{local}.db").Expand(User(user)));

    [Theory]
    [InlineData("/srv/mail/{hash:2}/{user}.db", "/srv/mail", "/srv/mail/3b/alice@example.org.db")]
    [InlineData("mails.db", "/data", "/data/mails.db")]
    [InlineData("/srv/mails.db", "/srv", "/srv/mails.db")]
    [InlineData("m/{domain}.db", "/data/m", "/data/m/example.org.db")]
    public void A_template_has_its_root_before_the_first_placeholder(string path, string root, string file)
    {
        var template = Template(path);
        Assert.Equal(root, template.Root);
        Assert.Equal(file.Length, template.Expand(User("alice@example.org")).Length);
        Assert.StartsWith(file[..root.Length], template.Expand(User("alice@example.org")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "must end in .db")]
    [InlineData("mail/{local}", "must end in .db")]
    [InlineData("mail/.db", "must end in .db")]
    [InlineData("{local}.db", "a directory of its own")]
    [InlineData("/{local}.db", "a directory of its own")]
    [InlineData("mail/../{local}.db", "'.' or '..'")]
    [InlineData("~/mails.db", "'~'")]
    [InlineData("mail/{name}.db", "there are the placeholders")]
    [InlineData("mail/{hash:17}.db", "there are the placeholders")]
    [InlineData("mail/{local}-{domain}.db", "two users could get the same file")]
    [InlineData("mail/%{local}.db", "must be ASCII")]
    [InlineData("mail/\u0001.db", "control character")]
    public void A_template_with_a_mistake_is_told_what_it_is(string path, string reason) =>
        Assert.Contains(reason, Assert.Throws<ModuleConfigurationException>(() => Template(path)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_root_that_is_not_the_one_that_was_used_before_gets_no_files()
    {
        await using var world = new MailWorld();
        var root = Directory.CreateDirectory(Path.Combine(world.Base, "disk")).FullName;
        world.Options.Path = root + "/{local}.db";
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        await mailbox.DeliverAsync(MailWorld.Mail(), default);
        await world.StopAsync(agent);

        // unmounted: an empty directory in its place
        Directory.Move(root, root + ".away");
        Directory.CreateDirectory(root);
        agent = await world.StartAsync();
        var failure = await Assert.ThrowsAsync<TemporaryFailureException>(() => world.AllocateAsync(agent, "bob@example.org"));
        Assert.Contains("is not the one that was used before", failure.Message, StringComparison.Ordinal);
        Assert.False((await agent.CheckHealthAsync(default)).IsHealthy);
        var alice = MailWorld.Open(agent, world.User(allocation: new MailboxPlace(MailWorld.Alice, 1, root + "/alice.db", 1, false).ToAllocation(new AllocationContext("litedb", null))));
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await alice.DeliverAsync(MailWorld.Mail(), default)).Status);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await alice.RemoveAllAsync(default));
        Assert.Empty(Directory.GetFileSystemEntries(root));

        Directory.Delete(root);
        Directory.Move(root + ".away", root);
        Assert.Equal(DeliveryStatus.Stored, (await alice.DeliverAsync(MailWorld.Mail(), default)).Status);
        Assert.True((await agent.CheckHealthAsync(default)).IsHealthy);
    }

    [Fact]
    public async Task A_file_for_all_that_was_made_once_is_not_made_again()
    {
        await using var world = new MailWorld { Options = new LiteDbAgentOptions { Path = "mails.db" } };
        var agent = await world.StartAsync();
        await world.MailboxAsync(agent);
        await world.StopAsync(agent);
        File.Delete(Path.Combine(world.Data, "mails.db"));
        agent = await world.StartAsync();
        Assert.Contains("has vanished", (await Assert.ThrowsAsync<TemporaryFailureException>(() => world.AllocateAsync(agent, "bob@example.org"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_outside_of_the_data_directory_is_never_made()
    {
        await using var world = new MailWorld();
        world.Options.Path = world.Base + "/absent/{local}.db";
        var agent = await world.StartAsync();
        await Assert.ThrowsAsync<TemporaryFailureException>(() => world.AllocateAsync(agent));
        Assert.False(Directory.Exists(world.Base + "/absent"));
    }

    [Fact]
    public async Task Whose_mail_is_removed_loses_his_file_and_a_shared_one_stays()
    {
        await using var world = new MailWorld();
        var agent = await world.StartAsync();
        var alice = await world.MailboxAsync(agent);
        await alice.DeliverAsync(MailWorld.Mail(), default);
        await alice.RemoveAllAsync(default);
        await alice.RemoveAllAsync(default);
        Assert.False(File.Exists(world.AliceFile));
        Assert.False(File.Exists(world.AliceFile + "-journal"));

        var shared = await world.MailboxAsync(agent, path: "all.db");
        var other = await world.MailboxAsync(agent, "bob@example.org", path: "all.db");
        foreach (var mailbox in new[] { shared, other })
        {
            for (var i = 0; i < 450; i++)
                await mailbox.DeliverAsync(MailWorld.Mail(), default);
        }

        var size = new FileInfo(Path.Combine(world.Data, "all.db")).Length;
        await shared.RemoveAllAsync(default);
        Assert.Equal(450, (await MailWorld.ListAsync(other)).Count);
        Assert.Equal(450, (await other.GetUsageAsync(default)).Count);
        await Assert.ThrowsAsync<TemporaryFailureException>(() => MailWorld.ListAsync(shared));

        // the room is used again
        for (var i = 0; i < 400; i++)
            await other.DeliverAsync(MailWorld.Mail(), default);
        Assert.InRange(new FileInfo(Path.Combine(world.Data, "all.db")).Length, size, size * 11 / 10);
        await other.RemoveAllAsync(default);
        Assert.True(File.Exists(Path.Combine(world.Data, "all.db")));
    }

    private static FileTemplate Template(string path) => FileTemplate.Parse(path, new ModuleContext("litedb", "/data"));

    private static EffectiveUser User(string name) => new(new UserRecord { Name = name }, null);
}
