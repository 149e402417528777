using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Locks of one instance.</summary>
internal static class LockCases
{
    private const string Alice = Samples.Alice;

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        Case<IUserLocks>("locks: one holder at a time", UserContract.Lock, static (context, _, locks) => OneHolderAsync(context, [locks])),

        Case<IUserLocks>("locks: the one waiting has it soon after it was let go", UserContract.LockDisposed, static async (context, _, locks) =>
        {
            var held = await LockAsync(context, locks, Alice);
            for (var i = 0; i < 10; i++)
            {
                var waiting = locks.LockAsync(Alice, context.CancellationToken).AsTask();
                await Task.Delay(10);
                Expect.That(!waiting.IsCompleted, "LockAsync of a name whose lock was held came back; wanted that it waits");
                await held.DisposeAsync();
                held = await Wait.ForAsync(waiting, Wait.Soon, "LockAsync did not come back after the holder had let go");
            }

            await held.DisposeAsync();
        }),

        Case<IUserLocks>("locks: different names do not wait for each other", UserContract.Lock, static async (context, calls, locks) =>
        {
            await calls.AddAsync(Samples.User(Alice));
            var held = new List<IUserLock>();
            foreach (var name in Samples.AlikeNames.Concat(Samples.HostileNames).Append(new string('\u4e2d', 320)))
                held.Add(await LockAsync(context, locks, name));
            foreach (var one in held)
                await one.DisposeAsync();
            // and the record is not what is locked
            await using var again = await LockAsync(context, locks, Alice);
            await calls.ReplaceAsync((await calls.FindAsync(Alice))!.With("quota", "1G"));
        }),

        Case<IUserLocks>("locks: waiting is given up by cancellation", UserContract.LockCancelled, static async (context, _, locks) =>
        {
            var held = await LockAsync(context, locks, Alice);
            for (var i = 0; i < 4; i++)
            {
                using var giveUp = new CancellationTokenSource();
                var waiting = locks.LockAsync(Alice, giveUp.Token).AsTask();
                await Task.Delay(20);
                await giveUp.CancelAsync();
                context.Step("LockAsync that was cancelled while it waited");
                try
                {
                    await Wait.ForAsync(waiting, Wait.Soon, "LockAsync whose token was cancelled while it waited did not come back");
                    Expect.That(false, "LockAsync that was cancelled while another held the lock returned a lock; wanted OperationCanceledException");
                }
                catch (OperationCanceledException)
                {
                }
            }

            await held.DisposeAsync();
            await Task.Delay(Wait.AMoment); // in which one who gave up must not take it
            await (await LockAsync(context, locks, Alice)).DisposeAsync();
        }),

        Case<IUserLocks>("locks: cancelled at any moment it is held or it is not", UserContract.LockCancelled, static async (context, _, locks) =>
        {
            var random = new Random(context.Seed);
            for (var round = 0; round < 40 * context.Effort; round++)
            {
                using var giveUp = new CancellationTokenSource();
                var held = await LockAsync(context, locks, Alice);
                var waiting = UserCancellationCases.TryAsync(() => locks.LockAsync(Alice, giveUp.Token));
                var cancelling = Wait.CancelAfterAsync(giveUp, TimeSpan.FromMicroseconds(random.Next(400)));
                if (round % 2 == 0)
                    await cancelling;
                await held.DisposeAsync();
                await cancelling;
                var given = await Wait.ForAsync(waiting, Wait.Soon, "LockAsync that was cancelled as its turn came did not come back");
                if (given is not null)
                    await given.DisposeAsync();
            }

            var cancelled = await UserCancellationCases.TryAsync(() => locks.LockAsync(Alice, new CancellationToken(canceled: true)));
            if (cancelled is not null)
                await cancelled.DisposeAsync();
            await Task.Delay(Wait.AMoment);
            await (await LockAsync(context, locks, Alice)).DisposeAsync();
        }),

        Case<IUserLocks>("locks: disposing twice does nothing", UserContract.LockDisposed, static async (context, _, locks) =>
        {
            var first = await LockAsync(context, locks, Alice);
            await first.DisposeAsync();
            var second = await LockAsync(context, locks, Alice);
            await first.DisposeAsync();
            await first.DisposeAsync();
            await ExpectHeldAsync(context, locks, "the one before let go of his for the second time");
            await second.DisposeAsync();
        }),

        Case<IUserLocks>("locks: Lost tells no lie", UserContract.Lost, static async (context, _, locks) =>
        {
            var held = await LockAsync(context, locks, Alice);
            var lost = held.Lost;
            Expect.That(lost.CanBeCanceled, "Lost is a token that can never be cancelled; wanted one that tells when the lock expires");
            await Task.Delay(Wait.AMoment);
            Expect.That(!lost.IsCancellationRequested && !held.Lost.IsCancellationRequested, "Lost was cancelled a moment after LockAsync, while nobody took the lock; wanted that it is not");
            await held.DisposeAsync();
            context.Step("Lost after disposal");
            await using var registration = lost.Register(static () => { });
            await using var again = held.Lost.Register(static () => { });
        }),
    ];

    /// <summary>Takes a lock that should be free.</summary>
    public static async Task<IUserLock> LockAsync<T>(CaseContext<T> context, IUserLocks locks, string name)
    {
        context.Step($"LockAsync of {Samples.Quote(name)}");
        return await Wait.ForAsync(
            locks.LockAsync(name, context.CancellationToken).AsTask(), Wait.Soon, $"LockAsync of {Samples.Quote(name)}, which nobody holds now, did not come back");
    }

    /// <summary>Sees that another cannot get the lock of alice for a moment.</summary>
    public static async Task ExpectHeldAsync<T>(CaseContext<T> context, IUserLocks locks, string when)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var third = UserCancellationCases.TryAsync(() => locks.LockAsync(Alice, giveUp.Token));
        await Task.WhenAny(third, Task.Delay(Wait.AMoment));
        await giveUp.CancelAsync();
        Expect.That(await third is null, $"{when}, and LockAsync gave the lock, which somebody held, to another; wanted that he waits");
    }

    public static async Task OneHolderAsync<T>(CaseContext<T> context, IReadOnlyList<IUserLocks> hosts)
    {
        var each = 6 * context.Effort;
        int inside = 0, both = 0, entered = 0;
        await Storm.RunAsync(16, async number =>
        {
            for (var i = 0; i < each; i++)
            {
                context.Step("LockAsync by 16 at once");
                await using var held = await hosts[number % hosts.Count].LockAsync(Alice, context.CancellationToken);
                if (Interlocked.Increment(ref inside) > 1)
                    Interlocked.Increment(ref both);
                entered++; // no lock but theirs
                await Task.Yield();
                if (i % 3 == 0)
                    await Task.Delay(1);
                Interlocked.Decrement(ref inside);
            }
        });
        Expect.That(both == 0, $"of 16 who took the lock of one name {each} times each, another held it at the same time {both} times; wanted never");
        Expect.That(entered == 16 * each, $"16 who took the lock {each} times each counted to {entered} under it; wanted {16 * each}");
    }
}
