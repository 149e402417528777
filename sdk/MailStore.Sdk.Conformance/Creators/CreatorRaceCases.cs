using static MailStore.Sdk.Conformance.CreatorCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Many creations of one user.</summary>
internal static class CreatorRaceCases
{
    private const string Alice = CreatorBench.Alice;

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        new("races: many first mails on one host", CreatorContract.Once, static async context => await StormAsync(context, 1)),

        new("races: many first mails on several hosts", CreatorContract.Once, static async context =>
        {
            await (await CreatorBench.OpenAsync(context)).OtherHostAsync();
            await StormAsync(context, 4);
        }),

        Case("races: who comes second takes the winner's, and releases his own", CreatorContract.Release, static async bench =>
        {
            var other = await bench.OtherHostAsync();
            var user = bench.Add();
            UserRecord? winner = null;
            bench.Allocator.Allocating = async (number, _) =>
            {
                if (number == 1)
                    winner = await TakesOverAsync(bench, other, user);
            };
            var created = await bench.CreateAsync(user);
            bench.ExpectCounts(created, "for a user whom another host allocated meanwhile");
            Expect.That(created!.Allocation!.Id == winner!.Allocation!.Id, $"another host's allocation {winner.Allocation.Id} stood in the record, and {created.Allocation.Id} was written over it; wanted that the first one counts");
            Expect.That(created.Version == winner.Version, "another host had completed the record, and it was written once more; wanted that it is taken as it stands");
            bench.ExpectNothingLeft("after another host was faster", winner.Allocation.Id);
        }),

        Case("races: a release that fails does not fail the creation", CreatorContract.ReleaseFails, static async bench =>
        {
            var other = await bench.OtherHostAsync();
            var user = bench.Add();
            bench.Allocator.ReleaseFault = new InvalidOperationException("the kit's MDA cannot release");
            bench.Allocator.Allocating = async (number, _) =>
            {
                if (number == 1)
                    await TakesOverAsync(bench, other, user);
            };
            bench.ExpectCounts(await bench.CreateAsync(user), "when ReleaseAsync of the allocation that lost threw");
        }),
    ];

    /// <summary>Another host creates the user to the end, whatever lock the first one holds: his lease runs out.</summary>
    public static async Task<UserRecord> TakesOverAsync(CreatorBench bench, ICreator other, UserRecord user)
    {
        var creating = bench.CreateAsync(other, user);
        while (await Task.WhenAny(creating, Task.Delay(5)) != creating)
            bench.Users.Expire(Alice);
        return await creating ?? throw new ConformanceException("CreateAsync of another host returned null, and the user is there");
    }

    private static async Task StormAsync(CaseContext<CreatorUnderTest> context, int count)
    {
        const int Mails = 32;
        var bench = await CreatorBench.OpenAsync(context);
        var hosts = await bench.HostsAsync(count);
        for (var round = 0; round < 10 * context.Effort; round++)
        {
            bench.Renew();
            var random = new Random(unchecked(context.Seed + round));
            bench.Allocator.Allocating = async (_, cancellationToken) =>
            {
                int delay;
                lock (random)
                    delay = random.Next(3);
                await Task.Delay(delay, cancellationToken);
            };
            var user = bench.Add(("quota", "1G"));
            var created = await Storm.RunAsync(Mails, number => bench.CreateAsync(hosts[number % count], user));
            var ids = created.Select(record => record?.Allocation?.Id).Distinct().ToList();
            var after = $"after {Mails} first mails at once on {(count == 1 ? "one host" : $"{count} hosts")}";
            Expect.That(ids.Count == 1, $"{after}, CreateAsync returned {ids.Count} different allocations of one user: {string.Join(", ", ids.Take(4))}; wanted one that all return");
            bench.ExpectCounts(created[0], after);
            bench.ExpectNothingLeft(after, ids);
            bench.CheckEnd(after);
        }
    }
}
