using MailStore.Creators;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.Creators;

public sealed class CreatorTests : IDisposable
{
    private const string Alice = "alice@example.org";
    private readonly FakeTimeProvider _clock = new();
    private readonly List<FakeAllocator> _allocators = [];

    /// <summary>Of every test: nothing was released that could still count.</summary>
    public void Dispose() => Assert.All(_allocators, allocator => Assert.Empty(allocator.Violations));

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    [InlineData("none")]
    public async Task A_user_without_an_allocation_gets_one(string creator)
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        var created = await Creator(creator).CreateAsync(user, allocator, users, default);
        Assert.Equal(users.Peek(Alice), created);
        Assert.Equal(Assert.Single(allocator.Made).Key, created!.Allocation!.Id);
        Assert.Empty(allocator.Released);
        Assert.Equal(0, users.Locked);
    }

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    public async Task A_connection_that_breaks_right_after_the_write_costs_nothing(string creator)
    {
        var faults = new ScriptedFaults().After("Replace", 1, () => throw new TemporaryFailureException("the connection broke"));
        var (users, allocator) = Make(faults);
        var created = await Creator(creator).CreateAsync(users.Add(Alice), allocator, users, default);
        Assert.Equal(users.Peek(Alice), created);
        Assert.Equal(Assert.Single(allocator.Made).Key, created!.Allocation!.Id);
        Assert.Empty(allocator.Released);
        Assert.Equal(1, faults.Count("Replace"));
    }

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    public async Task A_connection_that_breaks_before_the_write_makes_it_write_the_same_again(string creator)
    {
        var faults = new ScriptedFaults().Before("Replace", 1, () => throw new IOException("the connection broke"));
        var (users, allocator) = Make(faults);
        var created = await Creator(creator).CreateAsync(users.Add(Alice), allocator, users, default);
        Assert.Equal(Assert.Single(allocator.Made).Key, created!.Allocation!.Id);
        Assert.Empty(allocator.Released);
        Assert.Equal(2, faults.Count("Replace"));
    }

    [Theory]
    [InlineData("trial", 1)]
    [InlineData("lock", 2)]
    public async Task Nothing_is_released_while_nobody_can_tell_who_won(string creator, int read)
    {
        var faults = new ScriptedFaults()
            .After("Replace", 1, () => throw new IOException("the connection broke"))
            .Before("Find", read, () => throw new TemporaryFailureException("out of reach"));
        var (users, allocator) = Make(faults);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await Creator(creator).CreateAsync(users.Add(Alice), allocator, users, default));
        Assert.Empty(allocator.Released);
        Assert.Equal(Assert.Single(allocator.Made).Key, users.Peek(Alice)!.Allocation!.Id);
        Assert.Equal(0, users.Locked);
    }

    [Fact]
    public async Task A_database_that_takes_no_write_is_given_up_and_nothing_released()
    {
        var faults = new ScriptedFaults();
        for (var i = 1; i <= 3; i++)
            faults.Before("Replace", i, () => throw new IOException("the connection broke"));
        var (users, allocator) = Make(faults);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await Creator("trial").CreateAsync(users.Add(Alice), allocator, users, default));
        Assert.Empty(allocator.Released);
        Assert.Single(allocator.Made);
    }

    [Fact]
    public async Task Who_comes_second_releases_his_own_and_takes_the_winners()
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        UserRecord? winner = null;
        allocator.Allocating = async (number, _) =>
        {
            if (number == 1)
                winner = await Creator("trial").CreateAsync(user, allocator, users, default);
        };

        var created = await Creator("trial").CreateAsync(user, allocator, users, default);
        Assert.Equal(winner, created);
        Assert.Equal("000002", created!.Allocation!.Id);
        Assert.Equal(["000001"], allocator.Released.Keys);
    }

    [Fact]
    public async Task A_record_that_the_administrator_changed_meanwhile_gets_an_allocation_for_its_new_settings()
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        allocator.Allocating = (number, _) =>
        {
            if (number == 1)
                users.Replace(user with { Settings = user.Settings.Add("path", "/srv/vip/alice") });
            return default;
        };

        var created = await Creator("trial").CreateAsync(user, allocator, users, default);
        Assert.Equal("/srv/vip/alice", created!.Settings["path"]);
        Assert.Equal("/srv/vip/alice", allocator.Made[created.Allocation!.Id].Settings["path"]);
        Assert.Equal(["000001"], allocator.Released.Keys);
    }

    [Fact]
    public async Task A_record_that_changes_each_time_is_given_up_after_a_while()
    {
        var (users, allocator) = Make();
        allocator.Allocating = (_, _) =>
        {
            users.Replace(users.Peek(Alice)!);
            return default;
        };
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await Creator("trial").CreateAsync(users.Add(Alice), allocator, users, default));
        Assert.Equal(allocator.Made.Keys.Order(), allocator.Released.Keys.Order());
    }

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    [InlineData("none")]
    public async Task A_user_who_is_removed_meanwhile_is_gone_and_what_was_allocated_released(string creator)
    {
        var (users, allocator) = Make();
        allocator.Allocating = (_, _) =>
        {
            users.Remove(Alice);
            return default;
        };
        Assert.Null(await Creator(creator).CreateAsync(users.Add(Alice), allocator, users, default));
        Assert.Equal(allocator.Made.Keys, allocator.Released.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_cancelled_after_allocating_still_finds_out_what_became_of_it(bool lost)
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        using var giveUp = new CancellationTokenSource();
        allocator.Allocating = async (number, _) =>
        {
            if (number == 1)
                await giveUp.CancelAsync();
            if (number == 1 && lost)
                await Creator("trial").CreateAsync(user, allocator, users, default);
        };

        var created = await Creator("trial").CreateAsync(user, allocator, users, giveUp.Token);
        Assert.Equal(users.Peek(Alice), created);
        Assert.Equal(lost ? "000002" : "000001", created!.Allocation!.Id);
        Assert.Equal(lost ? ["000001"] : [], allocator.Released.Keys);
    }

    [Fact]
    public async Task A_database_that_hangs_is_waited_for_no_longer_than_a_bounded_time()
    {
        var hangs = new HangingReads();
        var users = new FakeUserDatabase(hangs);
        var allocator = new FakeAllocator(() => users.Peek(Alice));
        var creating = Creator("trial").CreateAsync(users.Add(Alice), allocator, users, default).AsTask();
        await hangs.Hanging;
        Assert.False(creating.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(11));
        await Assert.ThrowsAsync<TemporaryFailureException>(() => creating);
        Assert.Empty(allocator.Released);
    }

    [Fact]
    public async Task A_release_that_fails_fails_no_mail()
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        allocator.ReleaseFault = new InvalidOperationException("a broken module");
        allocator.Allocating = async (number, _) =>
        {
            if (number == 1)
                await Creator("trial").CreateAsync(user, allocator, users, default);
        };
        Assert.Equal("000002", (await Creator("trial").CreateAsync(user, allocator, users, default))!.Allocation!.Id);
    }

    [Fact]
    public async Task A_lock_that_expires_in_the_middle_lets_no_second_allocation_count()
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        UserRecord? quick = null;
        allocator.Allocating = async (number, _) =>
        {
            if (number != 1)
                return;
            var second = Creator("lock").CreateAsync(user, allocator, users, default).AsTask();
            Assert.False(second.IsCompleted);
            _clock.Advance(FakeLockingDatabase.Lease);
            quick = await second;
        };

        var slow = await Creator("lock").CreateAsync(user, allocator, users, default);
        Assert.Equal(quick, slow);
        Assert.Equal("000002", users.Peek(Alice)!.Allocation!.Id);
        Assert.Equal(["000001"], allocator.Released.Keys);
        Assert.Equal(0, users.Locked);
    }

    [Fact]
    public async Task With_locks_nothing_is_allocated_twice()
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        allocator.Allocating = async (_, _) => await Task.Yield();
        var all = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () => await Creator("lock").CreateAsync(user, allocator, users, default))));
        Assert.Single(allocator.Made);
        Assert.All(all, created => Assert.Equal(users.Peek(Alice), created));
    }

    [Fact]
    public async Task A_failed_allocation_lets_go_of_the_lock()
    {
        var (users, allocator) = Make();
        allocator.Allocating = (_, _) => throw new TemporaryFailureException("no room");
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await Creator("lock").CreateAsync(users.Add(Alice), allocator, users, default));
        Assert.Equal(0, users.Locked);
    }

    [Fact]
    public async Task Lock_says_what_to_do_where_the_database_has_no_locks()
    {
        var users = new FakeUserDatabase();
        var allocator = new FakeAllocator(() => null);
        var failure = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await Creator("lock").CreateAsync(users.Add(Alice), allocator, users, default));
        Assert.Contains("creator = \"trial\"", failure.Message, StringComparison.Ordinal);
        Assert.Empty(allocator.Made);
    }

    [Fact]
    public async Task None_does_lose_a_race()
    {
        var (users, allocator) = Make();
        var user = users.Add(Alice);
        UserRecord? first = null;
        allocator.Allocating = async (number, _) =>
        {
            if (number == 1)
                first = await Creator("none").CreateAsync(user, allocator, users, default);
        };
        var second = await Creator("none").CreateAsync(user, allocator, users, default);

        // Both believe that theirs counts, and mail goes to two places.
        Assert.NotEqual(first!.Allocation!.Id, second!.Allocation!.Id);
        Assert.Equal(second, users.Peek(Alice));
        Assert.Empty(allocator.Released);
    }

    private ICreator Creator(string name) => name switch
    {
        "trial" => new TrialCreator(NullLogger<TrialCreator>.Instance, _clock),
        "lock" => new LockCreator(NullLogger<LockCreator>.Instance, _clock),
        _ => new NoneCreator(NullLogger<NoneCreator>.Instance),
    };

    private (FakeLockingDatabase Users, FakeAllocator Allocator) Make(IFaults? faults = null)
    {
        var users = new FakeLockingDatabase(_clock, faults);
        _allocators.Add(new FakeAllocator(() => users.Peek(Alice)));
        return (users, _allocators[^1]);
    }
}
