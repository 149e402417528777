using CsCheck;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class UserModelTests
{
    [Fact]
    public Task Any_sequence_of_calls_and_restarts_comes_to_what_a_dictionary_comes_to() => Gen.Int.SampleAsync(async seed =>
    {
        var random = new Random(seed);
        await using var database = await TestDatabase.OpenAsync(cachedUsers: 16);
        var model = new Dictionary<string, UserRecord>(StringComparer.Ordinal);
        var past = new List<UserRecord>();
        for (var step = 0; step < 120; step++)
        {
            var name = $"user{random.Next(25)}";
            var known = model.GetValueOrDefault(name);

            // the present record, or one of the past, or one that never was
            var used = random.Next(3) != 0 ? known ?? TestDatabase.User(name)
                : past.Count > 0 && random.Next(2) == 0 ? past[random.Next(past.Count)] : TestDatabase.User(name) with { Version = random.Next(20) };
            known = model.GetValueOrDefault(used.Name);
            var valid = known is not null && known.Version == used.Version;
            UserRecord? stored;
            switch (random.Next(7))
            {
                case 0 or 1:
                    stored = await database.Users.TryAddAsync(used, default);
                    Assert.Equal(known is null, stored is not null);
                    Keep(stored);
                    break;
                case 2 or 3:
                    stored = await database.Users.TryReplaceAsync(used with { Settings = used.Settings.SetItem("step", $"{step}") }, default);
                    Assert.Equal(valid, stored is not null);
                    Keep(stored);
                    break;
                case 4:
                    Assert.Equal(valid, await database.Users.TryRemoveAsync(used, default));
                    if (valid)
                        model.Remove(used.Name);
                    break;
                case 5:
                    Assert.Equal(known, await database.Users.FindAsync(used.Name, default), UserComparer.Instance!);
                    break;
                default:
                    if (random.Next(8) == 0)
                        await database.RestartAsync();
                    break;
            }
        }

        Assert.Equal(model.Values.OrderBy(user => user.Name, StringComparer.Ordinal), await TestDatabase.ListAsync(database.Users), UserComparer.Instance);

        void Keep(UserRecord? stored)
        {
            if (stored is null)
                return;
            Assert.DoesNotContain(past, earlier => earlier.Name == stored.Name && earlier.Version >= stored.Version);
            past.Add(stored);
            model[stored.Name] = stored;
        }
    }, iter: 10, threads: 2);

    [Fact]
    public async Task Of_many_who_replace_one_version_exactly_one_wins_each_time()
    {
        await using var database = await TestDatabase.OpenAsync(cachedUsers: 16);
        var current = (await database.Users.TryAddAsync(TestDatabase.User("alice@example.org"), default))!;
        for (var round = 0; round < 50; round++)
        {
            var seen = current;
            var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
                await database.Users.TryReplaceAsync(seen with { Settings = seen.Settings.SetItem("by", $"{round}-{i}") }, default))));
            current = Assert.Single(answers, answer => answer is not null)!;
            Assert.Equal(current, await database.Users.FindAsync("alice@example.org", default), UserComparer.Instance!);
        }
    }

    [Fact]
    public async Task A_read_after_a_write_sees_it_however_small_the_memory()
    {
        await using var database = await TestDatabase.OpenAsync(cachedUsers: 16);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            // Names of its own for each worker, so that it knows what it must see; together they are far more than the memory holds.
            var own = new Dictionary<string, long>();
            var random = new Random(worker);
            for (var i = 0; i < 60; i++)
            {
                var name = $"user{random.Next(8)}-{worker}@example.org";
                var found = await database.Users.FindAsync(name, default);
                Assert.Equal(own.TryGetValue(name, out var version) ? version : 0, found?.Version ?? 0);
                var stored = found is null ? await database.Users.TryAddAsync(TestDatabase.User(name), default) : await database.Users.TryReplaceAsync(found, default);
                own[name] = stored!.Version;
            }
        })));
    }
}
