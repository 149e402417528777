using System.Collections.Concurrent;
using MailStore.Creators;
using MailStore.Plugins.Tests.LiteDb;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Creators;

/// <summary>Against the real database: many first mails at the same instant.</summary>
public sealed class StormTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 200 : 12;

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    public async Task Of_64_first_mails_of_one_user_all_see_one_allocation(string name)
    {
        await using var database = await TestDatabase.OpenAsync();
        var creator = Creator(name);
        for (var round = 0; round < Rounds; round++)
        {
            var user = (await database.Users.TryAddAsync(TestDatabase.User($"user{round}@example.org"), default))!;
            var allocator = new DirectoryAllocator(database.Users);
            var all = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () => await creator.CreateAsync(user, allocator, database.Users, default))));

            var winner = Assert.Single(all.Select(created => created!.Allocation!.Id).Distinct());
            Assert.Equal(winner, (await database.Users.FindAsync(user.Name, default))!.Allocation!.Id);
            Assert.Equal([winner], allocator.Directories.Keys);
            if (name == "lock")
                Assert.Equal(1, allocator.Made);
        }
    }

    [Theory]
    [InlineData("trial")]
    [InlineData("lock")]
    public async Task Of_1000_users_in_one_storm_each_gets_one_allocation_and_a_number_of_his_own(string name)
    {
        await using var database = await TestDatabase.OpenAsync(cachedUsers: 100);
        var creator = Creator(name);
        var allocator = new DirectoryAllocator(database.Users);
        var users = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => database.Users.TryAddAsync(TestDatabase.User($"user{i}@example.org"), default).AsTask()));
        await Task.WhenAll(users.Concat(users).Select(user => Task.Run(async () => await creator.CreateAsync(user!, allocator, database.Users, default))));

        var stored = await TestDatabase.ListAsync(database.Users);
        Assert.Equal(1000, stored.Count);
        Assert.Equal(1000, stored.Select(user => user.Allocation!.Values[Allocation.Uid]).Distinct().Count());
        Assert.Equal(stored.Select(user => user.Allocation!.Id).Order(), allocator.Directories.Keys.Order());
    }

    private static ICreator Creator(string name) => name == "trial"
        ? new TrialCreator(NullLogger<TrialCreator>.Instance, TimeProvider.System)
        : new LockCreator(NullLogger<LockCreator>.Instance, TimeProvider.System);

    /// <summary>Makes a directory, in memory, and takes a number for each allocation; a release removes it, and must never hit one that counts.</summary>
    private sealed class DirectoryAllocator(IUserDatabase users) : IAllocator
    {
        private int _made;

        public ConcurrentDictionary<string, string> Directories { get; } = [];

        public int Made => _made;

        public ValueTask<bool> NeedsAllocationAsync(UserRecord user, CancellationToken cancellationToken) => new(user.Allocation is null);

        public async ValueTask<Allocation> AllocateAsync(UserRecord user, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _made);
            var context = new AllocationContext("maildir", (IUserSequences)users);
            Directories.TryAdd(context.AllocationId, user.Name);
            var uid = await context.NextNumberAsync("uid", cancellationToken);
            return context.Complete(1, [KeyValuePair.Create(Allocation.Uid, $"{uid}")]);
        }

        public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
        {
            // A winner that is released shows below: its directory is gone, and its id stands in the record.
            Directories.TryRemove(lost.Id, out _);
            return default;
        }
    }
}
