using static MailStore.Sdk.Conformance.CreatorCases;

namespace MailStore.Sdk.Conformance;

/// <summary>A database or an MDA that does not serve.</summary>
internal static class CreatorFaultCases
{
    private const int MostCalls = 30;

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        Case("faults: the database is out of reach at any one call", CreatorContract.Faults, static bench => AtEachCallAsync(bench, "at", static (number, at) => number == at)),
        Case("faults: the database is out of reach from any call on", CreatorContract.Faults, static bench => AtEachCallAsync(bench, "from", static (number, at) => number >= at)),

        Case("faults: the MDA cannot allocate now", CreatorContract.Faults, static async bench =>
        {
            var user = bench.Add();
            bench.Allocator.Allocating = static (_, _) => throw new TemporaryFailureException("the kit's MDA has no room");
            try
            {
                var created = await bench.CreateAsync(user);
                Expect.That(false, $"AllocateAsync threw, and CreateAsync returned {Samples.Show(created)}; wanted TemporaryFailureException");
            }
            catch (TemporaryFailureException)
            {
            }

            Expect.That(bench.Users.Peek(user.Name)!.Version == user.Version, $"AllocateAsync threw, and the record was written: {Samples.Show(bench.Users.Peek(user.Name))}; wanted that it is not");
            await bench.ExpectNextTryWorksAsync("after AllocateAsync threw TemporaryFailureException");
        }),

        Case("faults: the MDA is broken", CreatorContract.Faults, static async bench =>
        {
            var user = bench.Add();
            bench.Allocator.Allocating = static (_, _) => throw new InvalidOperationException("the kit's MDA is broken");
            try
            {
                var created = await bench.CreateAsync(user);
                Expect.That(false, $"AllocateAsync threw, and CreateAsync returned {Samples.Show(created)}; wanted that it throws as well");
            }
            catch (Exception exception) when (exception is not ConformanceException) // the boundary of a module: which one is its own business
            {
            }

            await bench.ExpectNextTryWorksAsync("after AllocateAsync threw InvalidOperationException");
        }),
    ];

    /// <summary>Breaks the first call, then the second, and so on, until the creator makes so few.</summary>
    private static async Task AtEachCallAsync(CreatorBench bench, string word, Func<int, int, bool> isBroken)
    {
        foreach (var fate in new[] { Fate.NotDone, Fate.DoneAndLost, Fate.DoneLate })
        {
            for (var at = 1; at <= MostCalls; at++)
            {
                bench.Renew();
                var user = bench.Add(("quota", "1G"));
                var hit = 0;
                var last = "";
                bench.Users.Script = (call, number, _) =>
                {
                    if (!isBroken(number, at))
                        return new(Fate.Done);
                    if (Interlocked.Increment(ref hit) == 1)
                        last = call;
                    return new(fate);
                };
                var (returned, created) = await bench.TryCreateAsync(bench.Creator, user);
                var after = $"after the database was out of reach {word} its call {at} ({last}, {fate})";
                if (returned)
                    bench.ExpectCounts(created, after);
                if (hit == 0)
                    break;
                await bench.ExpectNextTryWorksAsync(after);
            }
        }
    }
}
