using MailStore.Mbox;
using MailStore.Mbox.Paths;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

public sealed class PlaceTests
{
    [Theory]
    [InlineData("alice@example.org", "example.org/alice")]
    [InlineData("Alice@example.org", "example.org/Alice")]
    [InlineData("alice", "%-/alice")]
    [InlineData("../../etc@x", "x/%2E.%2F..%2Fetc")]
    [InlineData("b\u00e9@x", "x/b%C3%A9")]
    // bob.lock is how others lock bob
    [InlineData("bob.lock@x", "x/bob%2Elock")]
    [InlineData("bob.LOCK@x", "x/bob%2ELOCK")]
    [InlineData("bob.lock.x@x", "x/bob.lock.x")]
    [InlineData(".alice.mailstore@x", "x/%2Ealice.mailstore")]
    public void A_name_from_outside_becomes_a_file_of_its_own(string user, string file) =>
        Assert.Equal("/data/mbox/" + file, Template("mbox/{domain}/{local}").Expand(User(user)));

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("{local}", "a directory of its own")]
    [InlineData("/{local}", "a directory of its own")]
    [InlineData("mbox/../{local}", "'.' or '..'")]
    [InlineData("~/mbox", "'~'")]
    [InlineData("mbox/{name}", "there are the placeholders")]
    [InlineData("mbox/{hash:17}", "there are the placeholders")]
    [InlineData("mbox/{local}-{domain}", "two users could get the same file")]
    [InlineData("mbox/%{local}", "must be ASCII")]
    [InlineData("mbox/.{local}", "a leading dot")]
    [InlineData("mbox/{local}.lock", "'.lock'")]
    [InlineData("mbox/\u0001", "control character")]
    public void A_template_with_a_mistake_is_told_what_it_is(string path, string reason) =>
        Assert.Contains(reason, Assert.Throws<ModuleConfigurationException>(() => Template(path)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Options_that_make_no_sense_are_refused()
    {
        await using var world = new MboxWorld { Options = new MboxOptions { Path = "mbox/{domain}" } };
        Assert.Contains("all users would get the same file", (await Assert.ThrowsAsync<ModuleConfigurationException>(world.StartAsync)).Message, StringComparison.Ordinal);
        world.Options = new MboxOptions { Locks = [MboxLock.Fcntl, MboxLock.Fcntl] };
        Assert.Contains("named twice", (await Assert.ThrowsAsync<ModuleConfigurationException>(world.StartAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_that_is_not_the_one_that_was_used_before_gets_no_files()
    {
        await using var world = new MboxWorld();
        var root = Directory.CreateDirectory(Path.Combine(world.Base, "disk")).FullName;
        world.Options.Path = root + "/{local}";
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());

        // unmounted: an empty directory in its place
        Directory.Move(root, root + ".away");
        Directory.CreateDirectory(root);
        var failure = await Assert.ThrowsAsync<TemporaryFailureException>(() => world.AllocateAsync(agent, "bob@example.org"));
        Assert.Contains("is not the one that was used before", failure.Message, StringComparison.Ordinal);
        Assert.False((await agent.CheckHealthAsync(default)).IsHealthy);
        var result = await mailbox.DeliverAsync(MboxWorld.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains("is not the one that was used before", result.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TemporaryFailureException>(() => MboxWorld.ListAsync(mailbox));
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await mailbox.GetUsageAsync(default));
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await mailbox.RemoveAllAsync(default));
        Assert.Empty(Directory.GetFileSystemEntries(root));

        Directory.Delete(root);
        Directory.Move(root + ".away", root);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        Assert.Equal(2, (await MboxWorld.ListAsync(mailbox)).Count);
        Assert.True((await agent.CheckHealthAsync(default)).IsHealthy);
    }

    [Fact]
    public async Task A_root_outside_of_the_data_directory_is_never_made()
    {
        await using var world = new MboxWorld();
        world.Options.Path = world.Base + "/absent/{local}";
        var agent = await world.StartAsync();
        await Assert.ThrowsAsync<TemporaryFailureException>(() => world.AllocateAsync(agent));
        Assert.False(Directory.Exists(world.Base + "/absent"));
    }

    [Fact]
    public async Task A_name_that_is_added_again_gets_another_file_and_the_old_one_stays()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        await MboxWorld.StoreAsync(await world.MailboxAsync(agent, version: 1), MboxWorld.Mail("Subject: old\n"));
        var again = await world.MailboxAsync(agent, version: 7);
        Assert.Empty(await MboxWorld.ListAsync(again));
        await MboxWorld.StoreAsync(again, MboxWorld.Mail("Subject: new\n"));
        Assert.Contains("Subject: old", await File.ReadAllTextAsync(world.AliceFile), StringComparison.Ordinal);
        Assert.Contains("Subject: new", await File.ReadAllTextAsync(world.AliceFile + "~7"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_administrator_names_is_adopted_with_its_mail_and_anothers_is_refused()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        var path = Path.Combine(world.Base, "spool");
        await File.WriteAllTextAsync(path, "From x@y Wed Jun  3 12:05:06 2026\nSubject: old\n\nbody\n\n");
        var mailbox = await world.MailboxAsync(agent, path: path);
        Assert.Single(await MboxWorld.ListAsync(mailbox));
        var refused = await Assert.ThrowsAsync<ModuleConfigurationException>(() => world.AllocateAsync(agent, "bob@example.org", path: path));
        Assert.Contains(".spool.mailstore says that it is another user's", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<ModuleConfigurationException>(() => world.AllocateAsync(agent, version: 9, path: path));
        Assert.Contains("to let him have it with all the mail in it, remove that file", refused.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(world.Base, ".spool.mailstore"));
        Assert.Single(await MboxWorld.ListAsync(await world.MailboxAsync(agent, version: 9, path: path)));
    }

    [Fact]
    public async Task A_mailbox_object_of_an_earlier_life_writes_nothing_into_the_file_of_the_next()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        var earlier = await world.MailboxAsync(agent, version: 1);
        await earlier.RemoveAllAsync(default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await earlier.DeliverAsync(MboxWorld.Mail(), default)).Status);
        var next = await world.MailboxAsync(agent, version: 5);
        var result = await earlier.DeliverAsync(MboxWorld.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains("is not the mbox file of user", result.Detail, StringComparison.Ordinal);
        await earlier.RemoveAllAsync(default);
        await MboxWorld.StoreAsync(next, MboxWorld.Mail());
        Assert.Single(await MboxWorld.ListAsync(next));
    }

    private static MboxTemplate Template(string path) => MboxTemplate.Parse(path, new ModuleContext("mbox", "/data"));

    private static EffectiveUser User(string name) => new(new UserRecord { Name = name }, null);
}
