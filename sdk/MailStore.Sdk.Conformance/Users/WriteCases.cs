using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Adding, replacing, removing, and their versions.</summary>
internal static class WriteCases
{
    private const string Alice = Samples.Alice;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case("add: a taken name is refused", UserContract.Add, static async (context, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice, ("quota", "1G")));
            foreach (var version in new[] { 0, stored.Version, stored.Version + 1 })
            {
                var again = await calls.Users.TryAddAsync(Samples.User(Alice, ("quota", "2G")) with { Version = version }, context.CancellationToken);
                Expect.That(again is null, $"TryAddAsync of a name that is taken returned {Samples.Show(again)}; wanted null");
                await calls.ExpectAsync(stored, "after TryAddAsync of the taken name was refused");
            }
        }),

        Case("add: the given version is ignored", UserContract.Add, static async (_, calls) =>
        {
            var number = 0;
            foreach (var version in new[] { 0L, 1L, 77L, -1L, long.MinValue, long.MaxValue })
            {
                var stored = await calls.AddAsync(Samples.User($"user{++number}@example.org") with { Version = version });
                Expect.That(stored.Version < long.MaxValue / 2, $"TryAddAsync of a record with version {version} stored version {stored.Version}; wanted one of the database's own");
                await calls.ReplaceAsync(stored.With("quota", "1G"));
            }
        }),

        Case("replace: a stale version is refused", UserContract.Replace, static async (context, calls) =>
        {
            var first = await calls.AddAsync(Samples.User(Alice, ("quota", "1G")));
            var second = await calls.ReplaceAsync(first.With("quota", "2G"));
            foreach (var version in new[] { first.Version, 0, -1, second.Version + 1, long.MaxValue })
            {
                var stale = await calls.Users.TryReplaceAsync(first.With("quota", "3G") with { Version = version }, context.CancellationToken);
                Expect.That(stale is null, $"TryReplaceAsync on version {version} of a record that has version {second.Version} returned {Samples.Show(stale)}; wanted null");
                await calls.ExpectAsync(second, $"after TryReplaceAsync on version {version} was refused");
            }
        }),

        Case("replace: a user who is gone is refused", UserContract.Replace, static async (context, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice));
            await calls.RemoveAsync(stored);
            foreach (var user in new[] { stored, Samples.User("nobody@example.org"), Samples.User("nobody@example.org") with { Version = stored.Version } })
            {
                var replaced = await calls.Users.TryReplaceAsync(user, context.CancellationToken);
                Expect.That(replaced is null, $"TryReplaceAsync of {Samples.Quote(user.Name)}, who does not exist, returned {Samples.Show(replaced)}; wanted null");
                await calls.ExpectAsync(user.Name, null, "after TryReplaceAsync of a user who does not exist was refused");
            }
        }),

        Case("remove: the user is gone", UserContract.Remove, static async (context, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice));
            var other = await calls.AddAsync(Samples.User("bob@example.org"));
            await calls.RemoveAsync(stored);
            await calls.ExpectAsync(Alice, null, "after TryRemoveAsync");
            await calls.ExpectListAsync(null, [other.Name]);
            Expect.That(!await calls.Users.TryRemoveAsync(stored, context.CancellationToken), "TryRemoveAsync of a user who was removed already returned true; wanted false");
            Expect.That(!await calls.Users.TryRemoveAsync(Samples.User("nobody@example.org"), context.CancellationToken), "TryRemoveAsync of a user who never was returned true; wanted false");
        }),

        Case("remove: a stale version is refused", UserContract.Remove, static async (context, calls) =>
        {
            var first = await calls.AddAsync(Samples.User(Alice));
            var second = await calls.ReplaceAsync(first.With("quota", "2G"));
            foreach (var version in new[] { first.Version, 0, second.Version + 1 })
            {
                Expect.That(
                    !await calls.Users.TryRemoveAsync(first with { Version = version }, context.CancellationToken),
                    $"TryRemoveAsync on version {version} of a record that has version {second.Version} returned true; wanted false");
                await calls.ExpectAsync(second, $"after TryRemoveAsync on version {version} was refused");
            }
        }),

        Case("versions: rising with each write", UserContract.Version, static async (_, calls) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice));
            for (var i = 0; i < 20; i++)
            {
                // a write of what is there already is a write
                stored = await calls.ReplaceAsync(i % 2 == 0 ? stored : stored.With("quota", $"{i}G"));
                await calls.ExpectAsync(stored, "after TryReplaceAsync");
            }
        }),

        Case("versions: never used twice, removed and added again", UserContract.Version, static async (context, calls) =>
        {
            UserRecord? before = null;
            for (var life = 1; life <= 4; life++)
            {
                var stored = await calls.AddAsync(Samples.User(Alice, ("life", $"{life}")));
                Expect.That(before is null || stored.Version > before.Version, $"the name was removed at version {before?.Version} and added again with version {stored.Version}; wanted a greater one");
                if (before is not null)
                {
                    var stale = await calls.Users.TryReplaceAsync(before.With("life", "old"), context.CancellationToken);
                    Expect.That(stale is null, "TryReplaceAsync with the version of a user who was removed replaced the record of the one who came after him; wanted null");
                    Expect.That(!await calls.Users.TryRemoveAsync(before, context.CancellationToken), "TryRemoveAsync with the version of a user who was removed removed the one who came after him; wanted false");
                }

                before = life % 2 == 0 ? stored : await calls.ReplaceAsync(stored.With("quota", "1G"));
                await calls.RemoveAsync(before);
            }
        }),
    ];
}
