using static MailStore.Sdk.Conformance.CreatorCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Creators that take locks, and what creators need of a database.</summary>
internal static class CreatorLockCases
{
    private const string Alice = CreatorBench.Alice;

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        Case("locks: one that is lost while allocating", CreatorContract.Lock, static async bench =>
        {
            await NeedsLocksAsync(bench);
            var other = await bench.OtherHostAsync();
            var user = bench.Add();
            UserRecord? second = null;
            bench.Allocator.Allocating = async (number, _) =>
            {
                if (number == 1)
                    second = await CreatorRaceCases.TakesOverAsync(bench, other, user);
            };
            var (returned, created) = await bench.TryCreateAsync(bench.Creator, user);
            const string After = "after the lock expired while its holder allocated, and another host took it and allocated";
            if (returned)
                bench.ExpectCounts(created, After);
            Expect.That(bench.Users.Peek(Alice)?.Allocation?.Id == second!.Allocation!.Id, $"{After}, the record is {Samples.Show(bench.Users.Peek(Alice))}; wanted the allocation of the other one, {second.Allocation.Id}, which was written first");
            if (returned)
                bench.ExpectNothingLeft(After, second.Allocation.Id);
        }),

        Case("locks: let go of when the waiting is cancelled", CreatorContract.Cancelled, static async bench =>
        {
            await NeedsLocksAsync(bench);
            var user = bench.Add();
            var held = await bench.Users.LockAsync(Alice, bench.CancellationToken);
            using var giveUp = new CancellationTokenSource();
            var waiting = bench.TryCreateAsync(bench.Creator, user, giveUp.Token);
            await Task.Delay(30);
            await giveUp.CancelAsync();
            var (returned, _) = await Wait.ForAsync(waiting, Wait.Soon, "CreateAsync was cancelled while it waited for a lock that another held, and did not come back");
            Expect.That(!returned || RecordingAllocator.IsComplete(bench.Users.Peek(Alice)!), "CreateAsync was cancelled while it waited for a lock, and returned a record; wanted OperationCanceledException");
            await held.DisposeAsync();
            await bench.ExpectNextTryWorksAsync("after CreateAsync was cancelled while it waited for a lock");
        }),

        Case("requirements: what it does not ask for it does not need", CreatorContract.Requirements, static async bench =>
        {
            var plain = new MemoryUsers();
            if (bench.Creator is IUserDatabaseRequirements requirements && requirements.FindUnmet(plain) is { } unmet)
            {
                Expect.That(unmet.Trim().Length > 20, $"FindUnmet says '{unmet}'; wanted what is lacking, what needs it, and what to do");
                Expect.That(requirements.FindUnmet(bench.Users) is null, $"FindUnmet says '{requirements.FindUnmet(bench.Users)}' of a database with locks and sequences; wanted null: there is nothing more that it could have");
                return;
            }

            var allocator = new RecordingAllocator(plain);
            var user = plain.Put(Samples.User(Alice));
            try
            {
                var created = await bench.Creator.CreateAsync(user, allocator, plain, bench.CancellationToken);
                Expect.That(created is not null && RecordingAllocator.IsComplete(created), $"with a database without locks, of which FindUnmet said nothing, CreateAsync returned {Samples.Show(created)}; wanted a complete record");
            }
            catch (Exception exception) when (exception is not (ConformanceException or OperationCanceledException)) // the boundary of a module
            {
                throw new ConformanceException($"with a database without locks, of which FindUnmet said nothing, CreateAsync threw {exception.GetType().Name}: {exception.Message}; wanted that the start is told what is needed", exception);
            }
        }),
    ];

    private static async Task NeedsLocksAsync(CreatorBench bench)
    {
        await bench.CreateAsync(bench.Add());
        var taken = bench.Users.LocksTaken;
        bench.Renew();
        if (taken == 0)
            throw new NotOfferedException("the creator takes no locks");
    }
}
