using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Two instances of a shared database open at once, in one process. <see cref="ProcessCases"/> does the same with two processes.</summary>
internal static class SharedCases
{
    private const string Alice = Samples.Alice;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case<ISharedUserDatabase>("shared: the lease is told", UserContract.Lease, static async (context, _, shared) =>
        {
            var lease = await shared.GetLockLeaseAsync(context.CancellationToken);
            Expect.That(lease > TimeSpan.Zero && lease <= TimeSpan.FromHours(1), $"GetLockLeaseAsync returned {lease}; wanted a time that a mail can wait for");
        }),

        Case<ISharedUserDatabase>("shared: what one writes the others see", UserContract.Shared, static async (context, calls, _) =>
            await SeenAsync(context, calls.Users, (await UserCalls.OpenAsync(context, calls.Place)).Users)),

        Case<ISharedUserDatabase>("shared: of many who add a name one wins", UserContract.Shared, static async (context, calls, _) =>
            await RaceCases.OneAddsAsync(context, await TwoAsync(context, calls))),

        Case<ISharedUserDatabase>("shared: of many who replace a version one wins", UserContract.Shared, static async (context, calls, _) =>
            await RaceCases.OneReplacesAsync(context, await TwoAsync(context, calls))),

        Case<ISharedUserDatabase>("shared: no update is lost", UserContract.Shared, static async (context, calls, _) =>
            await RaceCases.NoUpdateIsLostAsync(context, await TwoAsync(context, calls))),

        Case<ISharedUserDatabase>("shared: of replace and remove one is done", UserContract.Shared, static async (context, calls, _) =>
            await ReplaceOrRemoveAsync(context, calls)),

        Case<ISharedUserDatabase>("shared: one holder of a lock at a time", UserContract.Shared, static async (context, calls, _) =>
        {
            Expect.Offered<IUserLocks>(calls.Users, "the user database is no IUserLocks");
            await LockCases.OneHolderAsync(context, [.. (await TwoAsync(context, calls)).Cast<IUserLocks>()]);
        }),

        Case<ISharedUserDatabase>("shared: sequences give no number twice", UserContract.Shared, static async (context, calls, _) =>
        {
            Expect.Offered<IUserSequences>(calls.Users, "the user database is no IUserSequences");
            await SequenceCases.NeverTwiceAsync(context, [.. (await TwoAsync(context, calls)).Cast<IUserSequences>()]);
        }),

        Case<ISharedUserDatabase>("shared: one stops, the other goes on", UserContract.Shared, static async (context, calls, _) =>
        {
            var stored = await calls.AddAsync(Samples.User(Alice));
            var second = await UserCalls.OpenAsync(context, calls.Place);
            await calls.StopAsync();
            await second.ExpectAsync(stored, "after another instance was stopped");
            await second.ReplaceAsync(stored.With("quota", "1G"));
        }),
    ];

    /// <summary>What one adds, replaces and removes the other one sees, in a moment where its documentation says so, and writes upon at once.</summary>
    public static async Task SeenAsync<T>(CaseContext<T> context, IUserDatabase one, IUserDatabase two)
    {
        UserRecord? before = null;
        for (var round = 0; round < 5; round++)
        {
            var added = await one.TryAddAsync(Samples.User(Alice, ("round", $"{round}"), ("empty", "")) with { Allocation = Samples.Allocation("a", ("k", "\u00e9\n")) }, context.CancellationToken);
            Expect.That(added is not null, "TryAddAsync by one instance of a name that another has removed returned null; wanted the record as stored");
            Expect.That(before is null || added.Version > before.Version, $"one instance gave version {added.Version} after another had given {before?.Version}; wanted a greater one");
            Expect.That(await two.TryAddAsync(Samples.User(Alice), context.CancellationToken) is null, "TryAddAsync by one instance of a name that another has just added returned a record; wanted null");
            await SeesAsync(context, two, added);
            var replaced = await two.TryReplaceAsync(added.With("quota", "1G"), context.CancellationToken);
            Expect.That(replaced is not null, "TryReplaceAsync by one instance of what another has added returned null; wanted the record as stored");
            var stale = await one.TryReplaceAsync(added.With("quota", "2G"), context.CancellationToken);
            Expect.That(stale is null, $"TryReplaceAsync on version {added.Version}, which another instance had replaced, returned {Samples.Show(stale)}; wanted null");
            Expect.That(!await one.TryRemoveAsync(added, context.CancellationToken), $"TryRemoveAsync on version {added.Version}, which another instance had replaced, returned true; wanted false");
            await SeesAsync(context, one, replaced);
            Expect.That(await two.TryRemoveAsync(replaced, context.CancellationToken), "TryRemoveAsync of the record as it stands returned false; wanted true");
            UserRecord? found = null;
            await Wait.UntilAsync(
                async () => (found = await one.FindAsync(Alice, context.CancellationToken)) is null, Wait.Soon, () => $"after another instance had removed the user, FindAsync returned {Samples.Show(found)}; wanted null");
            before = replaced;
            (one, two) = (two, one);
        }
    }

    private static async Task SeesAsync<T>(CaseContext<T> context, IUserDatabase users, UserRecord wanted)
    {
        UserRecord? found = null;
        await Wait.UntilAsync(
            async () => (found = await users.FindAsync(wanted.Name, context.CancellationToken))?.Version == wanted.Version,
            Wait.Soon,
            () => $"after another instance had stored {Samples.Show(wanted)}, FindAsync returned {Samples.Show(found)}; wanted what was stored");
        Expect.That(Samples.SameContent(found!, wanted), $"another instance stored {Samples.Show(wanted)}, and FindAsync returned {Samples.Show(found)}; wanted the same");
    }

    private static async Task ReplaceOrRemoveAsync(CaseContext<UserDatabaseUnderTest> context, UserCalls calls)
    {
        var second = await UserCalls.OpenAsync(context, calls.Place);
        for (var round = 0; round < 12 * context.Effort; round++)
        {
            var user = await calls.AddAsync(Samples.User(Alice));
            var outcomes = await Storm.RunAsync(2, async number => number == 0
                ? await calls.Users.TryReplaceAsync(user.With("quota", "1G"), context.CancellationToken) is not null
                : await second.Users.TryRemoveAsync(user, context.CancellationToken));
            Expect.That(outcomes.Count(done => done) == 1, $"TryReplaceAsync by one instance and TryRemoveAsync by another on one version at once: {outcomes.Count(done => done)} were done; wanted one");
            if (outcomes[0])
                await calls.RemoveAsync((await calls.FindAsync(Alice))!);
        }
    }

    private static async Task<IReadOnlyList<IUserDatabase>> TwoAsync(CaseContext<UserDatabaseUnderTest> context, UserCalls calls) =>
        [calls.Users, (await UserCalls.OpenAsync(context, calls.Place)).Users];
}
