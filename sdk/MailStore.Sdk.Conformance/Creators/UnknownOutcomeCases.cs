using static MailStore.Sdk.Conformance.CreatorCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Writes of which nobody knows whether they were done.</summary>
internal static class UnknownOutcomeCases
{
    private const string Write = "TryReplaceAsync";

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        Case("unknown outcome: a write that was done counts", CreatorContract.Unknown, static async bench =>
        {
            foreach (var fault in new Func<string, Exception>[] { what => new TemporaryFailureException(what), what => new InvalidOperationException(what), what => new IOException(what) })
            {
                bench.Renew();
                bench.Users.Fault = fault;
                bench.Users.Script = First(Write, Fate.DoneAndLost);
                const string After = "after TryReplaceAsync had written the allocation, and threw because the connection broke";
                var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add());
                Expect.That(returned, $"{After}, CreateAsync threw TemporaryFailureException, though the database served again; wanted that it reads, and returns what it finds there");
                bench.ExpectCounts(created, After);
                bench.ExpectNothingLeft(After, created!.Allocation!.Id);
                bench.CheckEnd(After);
            }
        }),

        Case("unknown outcome: a write that was not done", CreatorContract.Unknown, static async bench =>
        {
            bench.Users.Script = First(Write, Fate.NotDone);
            var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add());
            if (returned)
                bench.ExpectCounts(created, "after TryReplaceAsync threw before it was done");
            await bench.ExpectNextTryWorksAsync("after TryReplaceAsync threw before it was done");
        }),

        Case("unknown outcome: a write that is done later", CreatorContract.Unknown, static async bench =>
        {
            bench.Users.Script = First(Write, Fate.DoneLate);
            var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add());
            bench.Users.Arrive();
            if (returned)
                bench.ExpectCounts(created, "after TryReplaceAsync threw, and the write was done later");
            await bench.ExpectNextTryWorksAsync("after TryReplaceAsync threw, and the write was done later");
        }),

        Case("unknown outcome: nothing is released while nobody can tell", CreatorContract.Unknown, static async bench =>
        {
            var broken = false;
            bench.Users.Script = (call, _, _) =>
            {
                var fate = broken ? Fate.NotDone : call == Write ? Fate.DoneAndLost : Fate.Done;
                broken |= call == Write;
                return new(fate);
            };
            var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add());
            Expect.That(!returned, $"the write was done, its answer lost, and no read served after that; CreateAsync returned {Samples.Show(created)}; wanted TemporaryFailureException: it cannot know");
            Expect.That(bench.Allocator.Released.Count == 0, "the write was done, its answer lost, and no read served after that; the allocation, which counts, was released; wanted that nothing is while nobody can tell");
            await bench.ExpectNextTryWorksAsync("after the database was out of reach from the write on");
        }),

        Case("unknown outcome: a write that is cancelled", CreatorContract.Cancelled, static async bench =>
        {
            for (var round = 0; round < 2; round++)
            {
                var done = round == 0;
                bench.Renew();
                using var giveUp = new CancellationTokenSource();
                var first = true;
                bench.Users.Fault = _ => new OperationCanceledException(giveUp.Token);
                bench.Users.Script = (call, _, _) =>
                {
                    if (call != Write || !first)
                        return new(Fate.Done);
                    first = false;
                    giveUp.Cancel();
                    return new(done ? Fate.DoneAndLost : Fate.NotDone);
                };
                var after = $"after TryReplaceAsync was cancelled, {(done ? "and had written" : "before it wrote")}";
                var (returned, created) = await bench.TryCreateAsync(bench.Creator, bench.Add(), giveUp.Token);
                if (returned)
                    bench.ExpectCounts(created, after);
                await bench.ExpectNextTryWorksAsync(after);
            }
        }),
    ];

    private static Func<string, int, CancellationToken, ValueTask<Fate>> First(string wanted, Fate fate)
    {
        var seen = 0;
        return (call, _, _) => new(call == wanted && Interlocked.Increment(ref seen) == 1 ? fate : Fate.Done);
    }
}
