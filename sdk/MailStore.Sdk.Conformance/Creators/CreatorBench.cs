namespace MailStore.Sdk.Conformance;

/// <summary>A creator with a database and an allocator that know what it does.</summary>
internal sealed class CreatorBench(CaseContext<CreatorUnderTest> context)
{
    public const string Alice = Samples.Alice;

    private readonly List<ICreator> _hosts = [];

    public LockingMemoryUsers Users { get; private set; } = new();

    public RecordingAllocator Allocator { get; private set; } = null!;

    public CancellationToken CancellationToken => context.CancellationToken;

    public ICreator Creator => _hosts[0];

    public bool IsSingleHost => Creator is ISingleHostCreator;

    public static async Task<CreatorBench> OpenAsync(CaseContext<CreatorUnderTest> context)
    {
        var bench = new CreatorBench(context);
        await bench.HostsAsync(1);
        bench.Renew();
        return bench;
    }

    /// <summary>An empty database and a new allocator, for the same instances.</summary>
    public void Renew()
    {
        Users = new LockingMemoryUsers();
        Allocator = new RecordingAllocator(Users);
    }

    /// <summary>As many instances as hosts are asked for.</summary>
    public async Task<IReadOnlyList<ICreator>> HostsAsync(int count)
    {
        while (_hosts.Count < count)
            _hosts.Add((await RunningModule<ICreator>.StartAsync(context, context.Module, context.NewPlace())).Module);
        return _hosts;
    }

    /// <summary>Two instances, where the creator serves more than one host.</summary>
    public async Task<ICreator> OtherHostAsync() => IsSingleHost
        ? throw new NotOfferedException("the creator is an ISingleHostCreator: it promises nothing for two hosts")
        : (await HostsAsync(2))[1];

    public UserRecord Add(params (string Key, string Value)[] settings) => Users.Put(Samples.User(Alice, settings));

    public Task<UserRecord?> CreateAsync(UserRecord user, CancellationToken cancellationToken = default) => CreateAsync(Creator, user, cancellationToken);

    public async Task<UserRecord?> CreateAsync(ICreator creator, UserRecord user, CancellationToken cancellationToken = default)
    {
        context.Step("CreateAsync");
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, CancellationToken);
        return await creator.CreateAsync(user, Allocator, Users, linked.Token);
    }

    /// <summary>A call that may fail as the contract has it: null then.</summary>
    public async Task<(bool Returned, UserRecord? Record)> TryCreateAsync(ICreator creator, UserRecord user, CancellationToken cancellationToken = default)
    {
        try
        {
            return (true, await CreateAsync(creator, user, cancellationToken));
        }
        catch (TemporaryFailureException)
        {
            return (false, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (false, null);
        }
    }

    /// <summary>The record that was returned is the one in the database, whole, and nobody released what it refers to.</summary>
    public void ExpectCounts(UserRecord? returned, string after, string name = Alice)
    {
        var stands = Users.Peek(name);
        Expect.That(returned is not null, $"{after}, CreateAsync returned null, and the user is there: {Samples.Show(stands)}; wanted his record");
        Expect.That(
            returned.Version == stands?.Version && Samples.SameContent(returned, stands),
            $"{after}, CreateAsync returned {Samples.Show(returned)}, and the record in the database is {Samples.Show(stands)}; wanted the record as it stands");
        Expect.That(RecordingAllocator.IsComplete(stands), $"{after}, the record is {Samples.Show(stands)}; wanted one with a complete allocation");
        Expect.That(!Allocator.Released.Contains(stands.Allocation!.Id), $"{after}, the allocation {stands.Allocation.Id} counts and was released; wanted that it is not");
    }

    /// <summary>All that was made and does not count was released.</summary>
    public void ExpectNothingLeft(string after, params IEnumerable<string?> counting)
    {
        var left = Allocator.Made.Except(Allocator.Released).Except(counting).ToList();
        Expect.That(left.Count == 0, $"{after}, {left.Count} allocations that do not count were not released; wanted that each that lost is, once a fresh read has shown it");
    }

    /// <summary>After whatever went wrong: the database serves again, and the next call does what the first one could not.</summary>
    public async Task ExpectNextTryWorksAsync(string after)
    {
        Users.Script = static (_, _, _) => new(Fate.Done);
        Allocator.Allocating = static (_, _) => default;
        Users.Arrive();
        CheckEnd(after);
        if (Users.Peek(Alice) is not { } user)
            return;
        var made = Allocator.Made.Count;
        var returned = await Wait.ForAsync(CreateAsync(user), Wait.Soon, $"{after}, the next CreateAsync did not come back");
        ExpectCounts(returned, $"{after}, and a next try");
        Expect.That(!RecordingAllocator.IsComplete(user) || Allocator.Made.Count == made || Allocator.Released.Count > 0, $"{after}, the user was allocated, and the next CreateAsync allocated him again; wanted that it takes what stands");
        CheckEnd($"{after}, and a next try");
    }

    /// <summary>What holds at the end of each case.</summary>
    public void CheckEnd(string after)
    {
        Expect.That(!Allocator.Violations.TryPeek(out var violation), $"{after}, the creator {violation}");
        Expect.That(Users.LocksHeld == 0, $"{after}, CreateAsync came back and held a lock still; wanted that it lets go, however it ends");
    }
}
