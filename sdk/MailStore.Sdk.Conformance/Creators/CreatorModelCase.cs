namespace MailStore.Sdk.Conformance;

/// <summary>Several creations at once, while things happen at random calls of the database.</summary>
internal static class CreatorModelCase
{
    private const string Alice = CreatorBench.Alice;
    private const string Requirement = CreatorContract.Once + " " + CreatorContract.Release;

    private enum Kind
    {
        NotDone,
        DoneAndLost,
        DoneLate,
        Arrive,
        Cancel,
        Change,
        Remove,
        LoseTheLock,
    }

    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        new("model: random faults among several creations", Requirement, static async context =>
        {
            var bench = await CreatorBench.OpenAsync(context);
            var hosts = bench.IsSingleHost ? 1 : 3;
            var creators = (await bench.HostsAsync(hosts)).Take(hosts).ToList();
            await RandomSequences.CheckAsync(
                context,
                random => new Event((Kind)random.Next(hosts == 1 ? 7 : 8), random.Next(1, 25), random.Next(4)),
                events => RunAsync(bench, creators, events),
                sequences: 100,
                length: 8);
        }),
    ];

    private static async Task RunAsync(CreatorBench bench, List<ICreator> hosts, IReadOnlyList<Event> events)
    {
        const int Mails = 4;
        bench.Renew();
        var (users, allocator) = (bench.Users, bench.Allocator);
        var user = bench.Add(("quota", "1G"));
        var giveUps = Enumerable.Range(0, Mails).Select(_ => new CancellationTokenSource()).ToList();
        users.Script = (_, number, _) =>
        {
            var fate = Fate.Done;
            foreach (var happening in events.Where(happening => happening.At == number))
                fate = Happen(bench, happening, giveUps) ?? fate;
            return new(fate);
        };
        var results = await Storm.RunAsync(Mails, number => bench.TryCreateAsync(hosts[number % hosts.Count], user, giveUps[number].Token));
        giveUps.ForEach(source => source.Dispose());
        users.Script = static (_, _, _) => new(Fate.Done);
        users.Arrive();

        bench.CheckEnd("with random faults");
        var stands = users.Peek(Alice)?.Allocation?.Id;
        Expect.That(stands is null || !allocator.Released.Contains(stands), $"with random faults, the allocation {stands} counts and was released");
        Expect.That(
            events.Any(happening => happening.Kind == Kind.Remove) || results.All(result => !result.Returned || result.Record is not null),
            "with random faults, CreateAsync returned null for a user whom nobody removed; wanted null only if a read says that he is gone");
        foreach (var (_, record) in results.Where(result => result.Record is not null))
        {
            Expect.That(record!.Allocation is { } allocation && users.Stood(allocation.Id), $"with random faults, CreateAsync returned {Samples.Show(record)}, which never stood in the database");
            Expect.That(stands is null || record.Allocation.Id == stands, $"with random faults, CreateAsync returned the allocation {record.Allocation.Id}, and {stands} counts; wanted that all return the same");
        }

        if (results.All(result => result.Returned) && stands is not null)
            bench.ExpectNothingLeft("with random faults of which no creation failed", stands);
        await bench.ExpectNextTryWorksAsync("after random faults");
    }

    private static Fate? Happen(CreatorBench bench, Event happening, List<CancellationTokenSource> giveUps)
    {
        switch (happening.Kind)
        {
            case Kind.NotDone:
                return Fate.NotDone;
            case Kind.DoneAndLost:
                return Fate.DoneAndLost;
            case Kind.DoneLate:
                return Fate.DoneLate;
            case Kind.Arrive:
                bench.Users.Arrive();
                break;
            case Kind.Cancel:
                _ = giveUps[happening.Number].CancelAsync();
                break;
            case Kind.Change:
                bench.Users.ChangeUnallocated(Alice, user => user.With("quota", $"{happening.Number}G"));
                break;
            case Kind.Remove:
                bench.Users.ChangeUnallocated(Alice, _ => null);
                break;
            case Kind.LoseTheLock:
                bench.Users.Expire(Alice);
                break;
        }

        return null;
    }

    private sealed record Event(Kind Kind, int At, int Number)
    {
        public override string ToString() => $"{Kind} at call {At}{(Kind == Kind.Cancel ? $" of creation {Number + 1}" : "")}";
    }
}
