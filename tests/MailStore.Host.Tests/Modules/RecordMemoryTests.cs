using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Modules;

/// <summary>What the host remembers of a user database that is its own: never a record that was changed.</summary>
public sealed class RecordMemoryTests : IDisposable
{
    private const string Alice = "alice@example.org";

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly ModuleBoundary _boundary;

    public RecordMemoryTests() =>
        _boundary = new ModuleBoundary(new ModuleIdentity(ModuleKind.Userdb, "x", "x", "x.dll"), new ModulesOptions(), _log, _clock);

    public void Dispose()
    {
        _boundary.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_record_is_asked_for_once_in_a_while()
    {
        var (inner, users) = Make(new CountedUsers());
        await users.TryAddAsync(Record, default);
        for (var i = 0; i < 5; i++)
            Assert.Equal(1, (await users.FindAsync(Alice, default))?.Version);
        Assert.Equal(1, inner.Finds);
        _clock.Advance(RecordMemory.Longest);
        Assert.NotNull(await users.FindAsync(Alice, default));
        Assert.Equal(2, inner.Finds);
    }

    [Fact]
    public async Task Who_is_not_there_is_asked_for_each_time()
    {
        var (inner, users) = Make(new CountedUsers());
        Assert.Null(await users.FindAsync(Alice, default));
        Assert.Null(await users.FindAsync(Alice, default));
        Assert.Equal(2, inner.Finds);
    }

    [Fact]
    public async Task Of_a_database_that_others_write_too_nothing_is_remembered()
    {
        var (inner, users) = Make(new SharedUsers());
        await users.TryAddAsync(Record, default);
        for (var i = 0; i < 5; i++)
            Assert.NotNull(await users.FindAsync(Alice, default));
        Assert.Equal(5, inner.Finds);
    }

    [Fact]
    public async Task What_was_changed_is_seen_at_once()
    {
        var (_, users) = Make(new CountedUsers());
        var record = await users.TryAddAsync(Record, default);
        Assert.Equal(1, (await users.FindAsync(Alice, default))!.Version);
        record = await users.TryReplaceAsync(record!, default);
        Assert.Equal(2, (await users.FindAsync(Alice, default))!.Version);
        Assert.True(await users.TryRemoveAsync(record!, default));
        Assert.Null(await users.FindAsync(Alice, default));
    }

    [Fact]
    public async Task A_read_that_a_change_overtakes_is_not_remembered()
    {
        var (inner, users) = Make(new CountedUsers());
        var record = await users.TryAddAsync(Record, default);
        inner.AfterRead = new TaskCompletionSource();
        var slow = users.FindAsync(Alice, default).AsTask();
        await Until(() => inner.Finds == 1);
        await users.TryReplaceAsync(record!, default);
        inner.AfterRead.SetResult();
        Assert.Equal(1, (await slow)!.Version);
        inner.AfterRead = null;
        Assert.Equal(2, (await users.FindAsync(Alice, default))!.Version);
    }

    [Fact]
    public async Task While_a_change_is_under_way_and_after_one_that_was_given_up_nothing_is_remembered_until_it_is_back()
    {
        var (inner, users) = Make(new CountedUsers());
        var record = await users.TryAddAsync(Record, default);
        inner.BeforeChange = new TaskCompletionSource();
        var change = users.TryReplaceAsync(record!, default).AsTask();
        await Until(() => inner.Changes == 2);
        Assert.Equal(1, (await users.FindAsync(Alice, default))!.Version);
        Assert.Equal(1, (await users.FindAsync(Alice, default))!.Version);
        Assert.Equal(2, inner.Finds);

        await Until(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(4));
            return change.IsCompleted;
        });
        Assert.True((await Assert.ThrowsAsync<ModuleFaultException>(() => change)).Abandoned);
        Assert.Equal(1, (await users.FindAsync(Alice, default))!.Version);
        Assert.Equal(3, inner.Finds);
        inner.BeforeChange.SetResult();
        await Until(() => inner.Version == 2);
        Assert.Equal(2, (await users.FindAsync(Alice, default))!.Version);
        await Until(() => _boundary.Hanging == 0);
        // and a minute after it is back a record is remembered again
        for (var before = -1; inner.Finds != before;)
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            _ = await users.FindAsync(Alice, default);
            before = inner.Finds;
            Assert.InRange(before, 0, 10_000);
            Assert.Equal(2, (await users.FindAsync(Alice, default))!.Version);
            await Task.Delay(1);
        }
    }

    [Fact]
    public async Task Whoever_reads_after_a_change_has_returned_sees_it_whatever_else_goes_on()
    {
        var (_, users) = Make(new CountedUsers());
        var record = await users.TryAddAsync(Record, default);
        var written = record!.Version;
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var known = Volatile.Read(ref written);
                Assert.InRange((await users.FindAsync(Alice, default))!.Version, known, long.MaxValue);
                // what is remembered is answered at once: leave the threads to the writer too
                await Task.Yield();
            }
        })).ToList();
        for (var i = 0; i < 5_000; i++)
        {
            record = await users.TryReplaceAsync(record!, default);
            Volatile.Write(ref written, record!.Version);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task More_users_than_it_remembers_are_all_found()
    {
        var (inner, users) = Make(new CountedUsers());
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 10_000; i++)
            {
                var name = $"user{i}@example.org";
                if (round == 0)
                    await users.TryAddAsync(new UserRecord { Name = name }, default);
                Assert.Equal(name, (await users.FindAsync(name, default))!.Name);
            }
        }

        // the last of them is remembered, the first is forgotten
        var asked = inner.Finds;
        await users.FindAsync("user9999@example.org", default);
        Assert.Equal(asked, inner.Finds);
        await users.FindAsync("user0@example.org", default);
        Assert.Equal(asked + 1, inner.Finds);
    }

    [Fact]
    public async Task A_change_that_was_cancelled_and_is_made_later_is_seen()
    {
        var (inner, users) = Make(new CountedUsers());
        var record = await users.TryAddAsync(Record, default);
        inner.BeforeChange = new TaskCompletionSource();
        inner.CancelsWhatItStillDoes = true;
        await Assert.ThrowsAnyAsync<Exception>(async () => await users.TryReplaceAsync(record!, default));
        Assert.Equal(1, (await users.FindAsync(Alice, default))!.Version);
        inner.BeforeChange.SetResult();
        await Until(() => inner.Version == 2);
        Assert.Equal(2, (await users.FindAsync(Alice, default))!.Version);
    }

    private static UserRecord Record => new() { Name = Alice };

    private (T Inner, GuardedUserDatabase Users) Make<T>(T inner)
        where T : CountedUsers => (inner, new GuardedUserDatabase(inner, _boundary));

    private static async Task Until(Func<bool> holds)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "did not become so");
            await Task.Delay(1);
        }
    }

    private class CountedUsers : IUserDatabase
    {
        private readonly Dictionary<string, UserRecord> _records = new(StringComparer.Ordinal);
        private long _version;
        private int _finds;
        private int _changes;

        public int Finds => Volatile.Read(ref _finds);

        public int Changes => Volatile.Read(ref _changes);

        public long Version => Volatile.Read(ref _version);

        /// <summary>Holds reads up that have seen the record already.</summary>
        public TaskCompletionSource? AfterRead { get; set; }

        /// <summary>Whether a change that is held up is answered at once, as cancelled.</summary>
        public bool CancelsWhatItStillDoes { get; set; }

        /// <summary>Holds changes up that have not been made yet, from the second on.</summary>
        public TaskCompletionSource? BeforeChange { get; set; }

        public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
        {
            UserRecord? record;
            lock (_records)
                record = _records.GetValueOrDefault(name);
            Interlocked.Increment(ref _finds);
            if (AfterRead is { } wait)
                await wait.Task;
            return record;
        }

        public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => ChangeAsync(user);

        public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => ChangeAsync(user);

        public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken)
        {
            lock (_records)
                return new(_records.Remove(user.Name));
        }

        public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) => throw new NotSupportedException();

        private async ValueTask<UserRecord?> ChangeAsync(UserRecord user)
        {
            if (CancelsWhatItStillDoes)
            {
                CancelsWhatItStillDoes = false;
                _ = ChangeAsync(user).AsTask();
                throw new OperationCanceledException();
            }

            Interlocked.Increment(ref _changes);
            if (BeforeChange is { } wait)
                await wait.Task;
            lock (_records)
                return _records[user.Name] = user with { Version = ++_version };
        }
    }

    private sealed class SharedUsers : CountedUsers, ISharedUserDatabase
    {
        public ValueTask<TimeSpan> GetLockLeaseAsync(CancellationToken cancellationToken) => new(TimeSpan.FromSeconds(10));
    }
}
