using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class AllocationTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_user_without_a_home_gets_a_maildir_that_is_whole()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        Assert.Equal("home", Assert.IsType<ParseResult.Incomplete>(agent.Parse(world.User())).Missing);
        var attempt = world.Attempt();
        var allocation = await agent.AllocateAsync(world.User(), attempt, None);

        Assert.Equal(attempt.AllocationId, allocation.Id);
        Assert.Equal(world.AliceHome, allocation.Values[Allocation.Home]);
        Assert.False(allocation.Values.ContainsKey(Allocation.Uid));
        Assert.Equal(["cur", "mailstore-owner", "new", "tmp"], MaildirWorld.Tree(world.AliceHome));
        foreach (var name in new[] { "", "cur", "new", "tmp" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(world.AliceHome, name)));
        MaildirWorld.Open(agent, world.User(version: 2, allocation: allocation));
    }

    [Fact]
    public async Task Hosts_that_allocate_a_user_at_once_come_to_one_home_and_one_uid()
    {
        await using var world = new MaildirWorld { Options = RootOnlyUids() };
        var hosts = new[] { await world.StartAsync(), await world.StartAsync() };
        for (var round = 0; round < 20; round++)
        {
            var user = world.User($"u{round}@example.org", version: round + 1);
            using var start = new ManualResetEventSlim();
            var attempts = Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            {
                start.Wait();
                return await hosts[i % 2].AllocateAsync(user, world.Attempt(), None);
            })).ToList();
            start.Set();
            var allocations = await Task.WhenAll(attempts);

            Assert.Equal(16, allocations.Select(allocation => allocation.Id).Distinct().Count());
            var values = allocations.Select(allocation => string.Join(' ', allocation.Values)).Distinct();
            Assert.Single(values);
        }

        Assert.Equal(20, Directory.GetDirectories(Path.Combine(world.Data, "mail/example.org")).Length);
    }

    [Fact]
    public async Task One_host_takes_one_number_for_a_user_however_many_allocate_him_at_once()
    {
        await using var world = new MaildirWorld { Options = RootOnlyUids() };
        var host = await world.StartAsync();
        var user = world.User();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () => await host.AllocateAsync(user, world.Attempt(), None))));
        Assert.Single(world.Sequences.Asked);
    }

    [Fact]
    public async Task A_storm_over_many_users_leaves_no_stray_directory()
    {
        var users = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 1000 : 60;
        await using var world = new MaildirWorld();
        var hosts = new[] { await world.StartAsync(), await world.StartAsync() };
        var allocations = await Task.WhenAll(Enumerable.Range(0, 2 * users).Select(i => Task.Run(async () =>
            await hosts[i % 2].AllocateAsync(world.User($"u{i / 2}@example.org"), world.Attempt(), None))));
        Assert.Equal(users, allocations.Select(allocation => allocation.Values[Allocation.Home]).Distinct().Count());
        Assert.Equal(users, Directory.GetFileSystemEntries(Path.Combine(world.Data, "mail/example.org")).Length);
    }

    [Fact]
    public async Task A_user_who_was_removed_and_added_again_sees_none_of_the_old_mail()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var old = await world.MailboxAsync(agent, version: 1);
        Assert.Equal(DeliveryStatus.Stored, (await old.DeliverAsync(MaildirWorld.Mail(), None)).Status);

        var again = await agent.AllocateAsync(world.User(version: 7), world.Attempt(), None);
        Assert.Equal(world.AliceHome + "~7", again.Values[Allocation.Home]);
        Assert.Equal(again.Values, (await agent.AllocateAsync(world.User(version: 7), world.Attempt(), None)).Values);
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "~7/new"));
        Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"));
    }

    [Fact]
    public async Task Nobody_inherits_a_directory_that_nobody_owns()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        foreach (var name in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(world.AliceHome, name));
        await File.WriteAllTextAsync(Path.Combine(world.AliceHome, "new/1.a.b"), "somebody's");
        var allocation = await agent.AllocateAsync(world.User(version: 3), world.Attempt(), None);
        Assert.Equal(world.AliceHome + "~3", allocation.Values[Allocation.Home]);
    }

    [Fact]
    public async Task A_name_that_another_user_has_on_a_file_system_without_letter_case_is_evaded()
    {
        // as such a file system would show it: Alice's place is found under alice's name
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        await agent.AllocateAsync(world.User("Alice@example.org"), world.Attempt(), None);
        Directory.Move(Path.Combine(world.Data, "mail/example.org/Alice"), world.AliceHome);
        var allocation = await agent.AllocateAsync(world.User(version: 4), world.Attempt(), None);
        Assert.Equal(world.AliceHome + "~4", allocation.Values[Allocation.Home]);
    }

    [Fact]
    public async Task What_a_host_left_that_died_half_way_does_not_stop_the_next_and_is_swept_later()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var domain = Directory.CreateDirectory(Path.Combine(world.Data, "mail/example.org")).FullName;
        var left = Path.Combine(domain, ".mailstore-new-dead");
        Directory.CreateDirectory(Path.Combine(left, "cur"));
        var withMail = Path.Combine(domain, ".mailstore-new-strange");
        Directory.CreateDirectory(Path.Combine(withMail, "new"));
        await File.WriteAllTextAsync(Path.Combine(withMail, "new/mail"), "never removed");

        await agent.AllocateAsync(world.User(), world.Attempt(), None);
        Assert.True(Directory.Exists(left));
        world.Clock.Advance(TimeSpan.FromHours(37));
        await agent.AllocateAsync(world.User("bob@example.org"), world.Attempt(), None);
        await Eventually.TrueAsync(() => !Directory.Exists(left));
        Assert.True(File.Exists(Path.Combine(withMail, "new/mail")));
    }

    [Fact]
    public async Task A_cancelled_allocation_leaves_nothing()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await agent.AllocateAsync(world.User(), world.Attempt(), new CancellationToken(canceled: true)));
        Assert.Equal([".mailstore-root"], MaildirWorld.Tree(Path.Combine(world.Data, "mail")));
    }

    [FactIf("root")]
    public async Task Uids_come_from_the_range_and_own_the_maildir_and_the_mails()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { FirstUid = 61000, LastUid = 61001, Gid = 62000 } };
        var agent = await world.StartAsync();
        Assert.Equal("home, uid", Assert.IsType<ParseResult.Incomplete>(agent.Parse(world.User())).Missing);
        var allocation = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        Assert.Equal(("61000", "62000"), (allocation.Values[Allocation.Uid], allocation.Values[Allocation.Gid]));
        var mailbox = MaildirWorld.Open(agent, world.User(version: 2, allocation: allocation, quota: new ByteSize(100_000)));
        await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        await mailbox.DeliverAsync(MaildirWorld.Mail(folder: "Lists"), None);

        var owners = await Shell.RunAsync("find", world.AliceHome, "!", "-name", "mailstore-owner", "-printf", "%U:%G\n");
        Assert.All(owners.Split('\n', StringSplitOptions.RemoveEmptyEntries), owner => Assert.Equal("61000:62000", owner));
        // the user's own programs get through to his home
        Assert.True(File.GetUnixFileMode(Path.GetDirectoryName(world.AliceHome)!).HasFlag(UnixFileMode.OtherExecute));

        Assert.Equal("61001", (await agent.AllocateAsync(world.User("bob@example.org"), world.Attempt(), None)).Values[Allocation.Uid]);
        var e = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await agent.AllocateAsync(world.User("eve@example.org"), world.Attempt(), None));
        Assert.Contains("raise last_uid", e.Message, StringComparison.Ordinal);
        Assert.All(world.Sequences.Asked, sequence => Assert.Equal("uid", sequence));
    }

    [Theory]
    [InlineData(5000L, null, null, "set both, or none")]
    [InlineData(null, 5000L, null, "set both, or none")]
    [InlineData(null, null, 5000L, "set all three, or none")]
    [InlineData(6000L, 5000L, null, "swap them")]
    public async Task A_range_of_uids_that_is_none_is_refused(long? first, long? last, long? gid, string reason)
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { FirstUid = first, LastUid = last, Gid = gid } };
        var e = await Assert.ThrowsAsync<ModuleConfigurationException>(() => world.StartAsync());
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_allocation_of_a_later_form_is_refused_with_the_way_out()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var allocation = await agent.AllocateAsync(world.User(), world.Attempt(), None);
        var invalid = Assert.IsType<ParseResult.Invalid>(agent.Parse(world.User(allocation: allocation with { Form = 2 })));
        Assert.Contains("update MailStore", invalid.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail/alice")]
    [InlineData("/srv/../etc")]
    [InlineData("/srv/a\0b")]
    [InlineData("/")]
    public async Task A_home_that_is_no_plain_absolute_path_is_refused(string home)
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var allocation = world.Attempt().Complete(1, [new(Allocation.Home, home)]);
        Assert.Contains("mend the record", Assert.IsType<ParseResult.Invalid>(agent.Parse(world.User(allocation: allocation))).Reason, StringComparison.Ordinal);
    }

    private static MaildirOptions RootOnlyUids() =>
        Environment.IsPrivilegedProcess ? new MaildirOptions { FirstUid = 61000, LastUid = 69000 } : new MaildirOptions();
}
