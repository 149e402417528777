using System.Collections.Concurrent;
using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>How far a database has counted, told and taken over when users are moved.</summary>
internal static class CounterCases
{
    private const string Alice = "alice@example.org";
    private const string Bob = "bob@example.org";
    private const long FarAhead = 1_000_000;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case<IUserDatabaseCounters>("counters: a new database has counted nothing", UserContract.Counters, static async (context, _, counters) =>
        {
            var found = await counters.GetCountersAsync(context.CancellationToken);
            Expect.That(found.LastVersion >= 0, $"GetCountersAsync of an empty database told {found.LastVersion}; wanted 0 or more");
            Expect.That(found.Sequences.Values.All(number => number == 0), $"GetCountersAsync told {Told(found)} before any number was given");
        }),

        Case<IUserDatabaseCounters>("counters: tell all versions, the removed too", UserContract.Counters, static async (context, calls, counters) =>
        {
            await calls.AddAsync(new UserRecord { Name = Bob });
            var changed = await calls.ReplaceAsync(await calls.AddAsync(new UserRecord { Name = Alice }));
            await calls.RemoveAsync(changed);
            var told = await counters.GetCountersAsync(context.CancellationToken);
            Expect.That(told.LastVersion >= changed.Version, $"GetCountersAsync told {told.LastVersion}, after a user had version {changed.Version} and was removed; wanted that or more");
        }),

        Case<IUserDatabaseCounters>("counters: tell the numbers of all sequences", UserContract.Counters, static async (context, calls, counters) =>
        {
            var sequences = Expect.Offered<IUserSequences>(calls.Users, "the user database is no IUserSequences");
            for (var i = 0; i < 3; i++)
                await sequences.NextAsync("uid", context.CancellationToken);
            var other = await sequences.NextAsync("other", context.CancellationToken);
            var told = await counters.GetCountersAsync(context.CancellationToken);
            Expect.That(
                told.Sequences.GetValueOrDefault("uid") >= 3 && told.Sequences.GetValueOrDefault("other") >= other,
                $"GetCountersAsync told {Told(told)}, after 3 numbers of 'uid' and one of 'other'");
        }),

        Case<IUserDatabaseCounters>("counters: what is given after a raise is greater", UserContract.Raise, static async (context, calls, counters) =>
        {
            var before = await calls.AddAsync(new UserRecord { Name = Bob });
            var raised = new UserDatabaseCounters { LastVersion = FarAhead };
            if (calls.Users is IUserSequences)
                raised = raised with { Sequences = raised.Sequences.Add("uid", FarAhead) };
            await counters.RaiseCountersAsync(raised, context.CancellationToken);
            await ExpectBeyondAsync(calls, Alice, "after RaiseCountersAsync");
            calls = await calls.RestartAsync();
            await ExpectBeyondAsync(calls, "carol@example.org", "after RaiseCountersAsync and a restart");
            await calls.ExpectAsync(Bob, before, "after RaiseCountersAsync");

            async Task ExpectBeyondAsync(UserCalls calls, string name, string when)
            {
                var added = await calls.AddAsync(new UserRecord { Name = name });
                Expect.That(added.Version > FarAhead, $"TryAddAsync gave version {added.Version} {when} with {FarAhead}; wanted a greater one");
                if (calls.Users is IUserSequences sequences)
                {
                    var next = await sequences.NextAsync("uid", context.CancellationToken);
                    Expect.That(next > FarAhead, $"NextAsync gave {next} {when} with {FarAhead}; wanted a greater one");
                }
            }
        }),

        Case<IUserDatabaseCounters>("counters: a raise is durable of its own", UserContract.Raise, static async (context, calls, counters) =>
        {
            await counters.RaiseCountersAsync(new UserDatabaseCounters { LastVersion = FarAhead }, context.CancellationToken);
            calls = await calls.RestartAsync();
            var added = await calls.AddAsync(new UserRecord { Name = Alice });
            Expect.That(added.Version > FarAhead, $"TryAddAsync gave version {added.Version} after RaiseCountersAsync with {FarAhead} and a restart; wanted a greater one");
        }),

        Case<IUserDatabaseCounters>("counters: none is ever lowered", UserContract.Raise, static async (context, calls, counters) =>
        {
            var last = (await calls.AddAsync(new UserRecord { Name = Alice })).Version;
            var numbers = calls.Users as IUserSequences;
            var (uid, other) = (0L, 0L);
            for (var i = 0; i < 5 && numbers is not null; i++)
                (uid, other) = (await numbers.NextAsync("uid", context.CancellationToken), await numbers.NextAsync("other", context.CancellationToken));
            var lower = new UserDatabaseCounters();
            if (numbers is not null)
                lower = lower with { Sequences = lower.Sequences.Add("uid", 1) };
            await counters.RaiseCountersAsync(lower, context.CancellationToken);
            var added = await calls.AddAsync(new UserRecord { Name = Bob });
            Expect.That(added.Version > last, $"TryAddAsync gave version {added.Version} after {last}, when RaiseCountersAsync had named a lower one; wanted a greater one");
            if (numbers is null)
                return;
            var next = (Uid: await numbers.NextAsync("uid", context.CancellationToken), Other: await numbers.NextAsync("other", context.CancellationToken));
            Expect.That(next.Uid > uid, $"NextAsync gave {next.Uid} after {uid}, when RaiseCountersAsync had named a lower number; wanted a greater one");
            Expect.That(next.Other > other, $"NextAsync gave {next.Other} after {other} of a sequence that RaiseCountersAsync had not named; wanted a greater one");
        }),

        Case<IUserDatabaseCounters>("counters: a raise among writes repeats no version", UserContract.Version, static async (context, calls, counters) =>
        {
            var versions = new ConcurrentDictionary<(string, long), bool>();
            await Storm.RunAsync(16, async number =>
            {
                for (var i = 0; i < 4 * context.Effort; i++)
                {
                    context.Step("TryAddAsync by 15 at once, while one raises the counters");
                    if (number == 0)
                    {
                        // a little ahead of the others, who pass it at any moment
                        var told = await counters.GetCountersAsync(context.CancellationToken);
                        await counters.RaiseCountersAsync(told with { LastVersion = told.LastVersion + 3 }, context.CancellationToken);
                        continue;
                    }

                    var name = $"user{i}@example.org";
                    if (await calls.Users.TryAddAsync(new UserRecord { Name = name }, context.CancellationToken) is not { } added)
                        continue;
                    Expect.That(versions.TryAdd((name, added.Version), true), $"version {added.Version} of '{name}' was given twice, while counters were raised");
                    await calls.Users.TryRemoveAsync(added, context.CancellationToken);
                }
            });
        }),
    ];

    private static string Told(UserDatabaseCounters counters) => string.Join(", ", counters.Sequences.Select(sequence => $"'{sequence.Key}' {sequence.Value}"));
}
