using System.Collections.Immutable;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class UserDatabaseTests
{
    [Fact]
    public async Task A_user_is_found_as_stored_also_after_a_restart()
    {
        await using var database = await TestDatabase.OpenAsync();
        var user = TestDatabase.User("alice@example.org", ("path", "/srv/vip/alice"), ("Path", "another key"), ("nul\0", "ü\0😀"), ("empty", "")) with
        {
            Allocation = new Allocation
            {
                Id = "0197",
                Mda = "maildir",
                Form = 3,
                Values = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("home", "/var/mail/alice"), KeyValuePair.Create("Home", "")]),
            },
        };

        var stored = await database.Users.TryAddAsync(user, default);
        Assert.Equal(user with { Version = 1 }, stored!, UserComparer.Instance);
        Assert.Equal(stored!, (await database.Users.FindAsync("alice@example.org", default))!, UserComparer.Instance);
        await database.RestartAsync();
        Assert.Equal(stored!, (await database.Users.FindAsync("alice@example.org", default))!, UserComparer.Instance);
        Assert.Null(await database.Users.FindAsync("Alice@example.org", default));
    }

    [Fact]
    public async Task A_record_is_replaced_and_removed_only_by_its_version()
    {
        await using var database = await TestDatabase.OpenAsync();
        var first = (await database.Users.TryAddAsync(TestDatabase.User("alice@example.org"), default))!;
        Assert.Null(await database.Users.TryAddAsync(TestDatabase.User("alice@example.org"), default));

        var second = (await database.Users.TryReplaceAsync(first, default))!;
        Assert.True(second.Version > first.Version);
        Assert.Null(await database.Users.TryReplaceAsync(first, default));
        Assert.False(await database.Users.TryRemoveAsync(first, default));
        Assert.True(await database.Users.TryRemoveAsync(second, default));
        Assert.False(await database.Users.TryRemoveAsync(second, default));
        Assert.Null(await database.Users.TryReplaceAsync(second, default));
        Assert.Null(await database.Users.FindAsync("alice@example.org", default));
    }

    [Fact]
    public async Task No_version_comes_twice_for_a_name_that_is_removed_and_added_again()
    {
        await using var database = await TestDatabase.OpenAsync();
        var versions = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            var user = (await database.Users.TryAddAsync(TestDatabase.User("alice@example.org"), default))!;
            versions.Add(user.Version);
            Assert.True(await database.Users.TryRemoveAsync(user, default));
            if (i % 2 == 0)
                await database.RestartAsync();
        }

        Assert.Equal(versions.Order().Distinct(), versions);
    }

    [Fact]
    public async Task Users_are_listed_in_ordinal_order_whatever_their_characters()
    {
        await using var database = await TestDatabase.OpenAsync();
        string[] names =
        [
            "B", "a", "b", "ä", "a\0", "aa", "Z", "z", "\u00df", "ss", "\ud83d\ude00", "\ue000", "\uffff", "\ud800", "\udfff", "\ud800x", "i", "I", "\u0130", "\u0131",
            new string('\uffff', 320), new string('a', 320), new string('a', 319) + "b", "a@b", "a-b", "a_b", "a.b",
        ];
        foreach (var name in names)
            Assert.NotNull(await database.Users.TryAddAsync(TestDatabase.User(name), default));

        Assert.Equal(names.Order(StringComparer.Ordinal), (await TestDatabase.ListAsync(database.Users)).Select(user => user.Name));
        Assert.Equal(
            names.Where(name => name.StartsWith('a')).Order(StringComparer.Ordinal),
            (await TestDatabase.ListAsync(database.Users, "a")).Select(user => user.Name));
        Assert.Equal(["\ud800", "\ud800x"], (await TestDatabase.ListAsync(database.Users, "\ud800")).Select(user => user.Name));
        foreach (var name in names)
            Assert.Equal(name, (await database.Users.FindAsync(name, default))?.Name);
    }

    [Fact]
    public async Task What_could_not_be_given_back_as_it_was_is_refused()
    {
        await using var database = await TestDatabase.OpenAsync();
        foreach (var user in new[] { TestDatabase.User(""), TestDatabase.User(new string('a', 321)), TestDatabase.User("a", ("note", "\ud800")), TestDatabase.User("a", ("note", new string('x', 2_000_000))) })
            await Assert.ThrowsAsync<ArgumentException>(async () => await database.Users.TryAddAsync(user, default));
        Assert.Null(await database.Users.FindAsync(new string('a', 321), default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await database.Users.NextAsync("Uid", default));
    }

    [Fact]
    public async Task A_long_list_holds_up_no_writer_and_shows_everybody_once_who_stays()
    {
        await using var database = await TestDatabase.OpenAsync(cachedUsers: 16);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), async (i, token) => await database.Users.TryAddAsync(TestDatabase.User($"user{i:D4}@example.org"), token));

        var seen = new List<string>();
        await foreach (var user in database.Users.ListAsync("user", default))
        {
            seen.Add(user.Name);
            if (seen.Count % 100 == 1)
            {
                Assert.NotNull(await database.Users.TryAddAsync(TestDatabase.User($"aaa{seen.Count}@example.org"), default));
                Assert.NotNull(await database.Users.TryReplaceAsync(user, default));
            }
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"user{i:D4}@example.org"), seen);
    }

    [Fact]
    public async Task A_sequence_counts_without_gaps_over_restarts()
    {
        await using var database = await TestDatabase.OpenAsync();
        var numbers = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            numbers.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => database.Users.NextAsync("uid", default).AsTask())));
            Assert.Equal(i + 1, await database.Users.NextAsync("gid", default));
            await database.RestartAsync();
        }

        Assert.Equal(Enumerable.Range(1, 150).Select(i => (long)i), numbers.Order());
    }

    [Fact]
    public async Task A_write_that_is_given_up_in_the_queue_leaves_nothing()
    {
        await using var database = await TestDatabase.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await database.Users.TryAddAsync(TestDatabase.User("alice@example.org"), new CancellationToken(true)));
        Assert.Null(await database.Users.FindAsync("alice@example.org", default));
    }

    [Fact]
    public async Task After_the_stop_calls_fail_for_now_and_one_file_is_the_whole_database()
    {
        await using var database = await TestDatabase.OpenAsync();
        var users = database.Users;
        await users.TryAddAsync(TestDatabase.User("alice@example.org"), default);
        Assert.True((await users.CheckHealthAsync(default)).IsHealthy);
        await database.StopAsync();

        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await users.FindAsync("bob@example.org", default));
        Assert.False((await users.CheckHealthAsync(default)).IsHealthy);
        Assert.Equal([database.File], Directory.GetFileSystemEntries(database.Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(database.File));
        await users.StopAsync(default);
    }

    [Fact]
    public async Task Stopping_what_was_never_started_does_nothing()
    {
        await using var database = await TestDatabase.OpenAsync();
        await database.StopAsync();
        await database.Create().StopAsync(default);
    }
}
