using System.Collections.Concurrent;
using System.Diagnostics;
using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Calls that are given up, and calls that cannot be done.</summary>
internal static class UserCancellationCases
{
    private const string Alice = Samples.Alice;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case("cancellation: before the call", UserContract.Cancelled, static async (context, calls) =>
        {
            var cancelled = new CancellationToken(canceled: true);
            context.Step("a call with a token that was cancelled before");
            var added = await TryAsync(() => calls.Users.TryAddAsync(Samples.User(Alice), cancelled));
            var found = await calls.FindAsync(Alice);
            Expect.That(found is not null || added is null, $"TryAddAsync with a cancelled token returned {Samples.Show(added)}, and FindAsync null; wanted the effect, or OperationCanceledException");
            found ??= await calls.AddAsync(Samples.User(Alice));

            var replaced = await TryAsync(() => calls.Users.TryReplaceAsync(found.With("quota", "1G"), cancelled));
            var current = (await calls.FindAsync(Alice))!;
            Expect.That(current.Version >= (replaced ?? found).Version, $"TryReplaceAsync with a cancelled token returned {Samples.Show(replaced)}, and FindAsync {Samples.Show(current)} after it");
            await TryAsync(() => calls.Users.FindAsync(Alice, cancelled));

            var removed = await TryAsync(() => calls.Users.TryRemoveAsync(current, cancelled));
            var left = await calls.FindAsync(Alice);
            Expect.That(left is null || !removed, "TryRemoveAsync with a cancelled token returned true, and the user is still there");
            if (left is not null)
                await calls.RemoveAsync(left);
        }),

        Case("cancellation: a write is done or not, never half", UserContract.Cancelled, static async (context, calls) =>
        {
            var random = new Random(context.Seed);
            var log = new VersionLog();
            var current = await calls.AddAsync(Samples.User(Alice, ("round", "0"), ("same", "0")));
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < 5; i++)
                current = await calls.ReplaceAsync(current);
            var usual = Stopwatch.GetElapsedTime(start) / 5;
            log.Note(current);

            var last = (UserRecord?)current;
            for (var round = 1; round <= 60 * context.Effort; round++)
            {
                using var giveUp = new CancellationTokenSource();
                var next = Samples.User(Alice, ("round", $"{round}"), ("same", $"{round}")) with { Version = last?.Version ?? 0 };
                context.Step("a write that is cancelled on its way");
                var cancelling = Wait.CancelAfterAsync(giveUp, usual * (random.NextDouble() * 1.3));
                var stored = await TryAsync(() => last is null ? calls.Users.TryAddAsync(next, giveUp.Token)
                    : round % 5 == 0 ? RemoveAsync(calls.Users, last, giveUp.Token)
                    : calls.Users.TryReplaceAsync(next, giveUp.Token));
                await cancelling;
                if (stored is not null)
                    log.Note(stored);

                var found = await calls.FindAsync(Alice);
                if (found is not null)
                {
                    var known = log.Greatest;
                    log.Note(found);
                    Expect.That(found.Version >= known || found.Version == last?.Version, $"after a cancelled write FindAsync returned version {found.Version}, and version {known} was seen before; wanted the old record, the new one, or none");
                    Expect.That(found.Settings["round"] == found.Settings["same"], $"after a cancelled write FindAsync returned {Samples.Show(found)}; wanted the old record or the new one");
                }

                last = found;
            }
        }),

        Case("cancellation: one cancelled call fails no other", UserContract.Apart, static async (context, calls) =>
        {
            var random = new Random(context.Seed);
            for (var round = 0; round < 16 * context.Effort; round++)
            {
                using var giveUp = new CancellationTokenSource();
                // half of the rounds by the clock, half when so many calls have come back: others are then on their way, however fast the module is
                var calledOff = round % 2 == 0 ? random.Next(1, 64) : int.MaxValue;
                var cancelling = round % 2 == 0 ? Task.CompletedTask : Wait.CancelAfterAsync(giveUp, TimeSpan.FromMilliseconds(random.NextDouble() * 3));
                var ended = 0;
                async Task EndAsync()
                {
                    if (Interlocked.Increment(ref ended) == calledOff)
                        await giveUp.CancelAsync();
                }

                context.Step("writes at once, half of which are cancelled");
                await Storm.RunAsync(32, async number =>
                {
                    var name = $"user{round}-{number}@example.org";
                    if (number % 2 == 1)
                    {
                        await TryAsync(() => calls.Users.TryAddAsync(Samples.User(name), giveUp.Token));
                        await EndAsync();
                        await TryAsync(() => calls.Users.FindAsync(name, giveUp.Token));
                        return;
                    }

                    await UncancelledAsync(context, calls, name, EndAsync);
                });
                await cancelling;
            }
        }),

        Case("faults: what cannot be stored fails no other call", UserContract.Apart, static async (context, calls) =>
        {
            var impossible = new UserRecord[]
            {
                Samples.User(""), Samples.User(new string('x', 100_000)), Samples.User("nul\0@example.org"), Samples.User("half\ud83d@example.org"),
                Samples.User("value@example.org", ("half", "\ud83d")), Samples.User("nul@example.org", ("nul", "\0")), Samples.User("huge@example.org", ("huge", new string('x', 8_000_000))),
            };
            await Storm.RunAsync(32, async number =>
            {
                if (number % 4 != 1)
                {
                    await UncancelledAsync(context, calls, $"user{number}@example.org");
                    return;
                }

                try
                {
                    var user = impossible[number / 4 % impossible.Length];
                    var stored = await calls.Users.TryAddAsync(user, context.CancellationToken);
                    Expect.That(stored is null || Samples.SameContent(stored, user), $"TryAddAsync of {Samples.Show(user)} returned {Samples.Show(stored)}; wanted the same, or an exception");
                }
                catch (Exception exception) when (exception is not ConformanceException) // the boundary of a module: how it refuses is its own business
                {
                }
            });
            await UncancelledAsync(context, calls, "after@example.org");
        }),
    ];

    /// <summary>A call that may be cancelled.</summary>
    public static async Task<T?> TryAsync<T>(Func<ValueTask<T>> call)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException)
        {
            return default;
        }
    }

    /// <summary>Writes that nobody cancels are done, whatever happens beside them.</summary>
    private static async Task UncancelledAsync(CaseContext<UserDatabaseUnderTest> context, UserCalls calls, string name, Func<Task>? onReturn = null)
    {
        try
        {
            var added = await calls.Users.TryAddAsync(Samples.User(name), context.CancellationToken);
            if (onReturn is not null)
                await onReturn();
            Expect.That(added is not null, $"TryAddAsync of '{name}', which was not taken, returned null while other calls were given up; wanted the record as stored");
            var replaced = await calls.Users.TryReplaceAsync(added.With("quota", "1G"), context.CancellationToken);
            if (onReturn is not null)
                await onReturn();
            Expect.That(replaced is not null, $"TryReplaceAsync of '{name}' on its version returned null while other calls were given up; wanted the record as stored");
            var found = await calls.Users.FindAsync(name, context.CancellationToken);
            Expect.That(found?.Version == replaced.Version, $"FindAsync returned {Samples.Show(found)} while other calls were given up; wanted {Samples.Show(replaced)}");
        }
        catch (Exception exception) when (exception is not ConformanceException && !context.CancellationToken.IsCancellationRequested) // the boundary of a module
        {
            throw new ConformanceException($"a call that nobody cancelled threw {exception.GetType().Name} while others beside it were given up: {exception.Message}", exception);
        }
    }

    private static async ValueTask<UserRecord?> RemoveAsync(IUserDatabase users, UserRecord user, CancellationToken cancellationToken)
    {
        await users.TryRemoveAsync(user, cancellationToken);
        return null;
    }
}
