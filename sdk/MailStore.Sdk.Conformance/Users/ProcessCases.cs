using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>Two processes, one of which is killed or frozen.</summary>
internal static class ProcessCases
{
    private const string Alice = Samples.Alice;
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        new("processes: killed, all that was acknowledged is there", UserContract.Durable, KilledAmongWritesAsync),

        new("processes: killed, no number of a sequence comes twice", UserContract.Next, static async context =>
        {
            var place = context.NewPlace();
            var calls = await UserCalls.OpenAsync(context, place);
            Expect.Offered<IUserSequences>(calls.Users, "the user database is no IUserSequences");
            await calls.StopAsync();
            var peer = await StartAsync(context, place);
            var given = new ConcurrentDictionary<long, bool>();
            await UntilKilledAsync(peer, () => given.Count >= 60, async _ =>
                Expect.That(given.TryAdd(await peer.NextAsync("uid", context.CancellationToken), true), "NextAsync gave a number twice in one process"));
            calls = await UserCalls.OpenAsync(context, place);
            var sequences = (IUserSequences)calls.Users;
            for (var i = 0; i < 5; i++)
            {
                var next = await sequences.NextAsync("uid", context.CancellationToken);
                Expect.That(next > given.Keys.Max() && given.TryAdd(next, true), $"a process that was given the number {given.Keys.Max()} was killed, and NextAsync gave {next}; wanted a greater one");
            }
        }),

        new("processes: a second opening is refused", UserContract.OneOwner, static async context =>
        {
            var place = context.NewPlace();
            var calls = await UserCalls.OpenAsync(context, place);
            if (calls.Users is ISharedUserDatabase)
                throw new NotOfferedException("the user database is an ISharedUserDatabase: several may have it open");
            await calls.StopAsync();
            var peer = await StartAsync(context, place);
            var stored = await peer.TryAddAsync(Samples.User(Alice), context.CancellationToken);
            var second = await UserLifeCases.ExpectRefusedAsync(context, place);
            Expect.That(second is null, $"a place that another process had open was opened: {second}; wanted TemporaryFailureException or ModuleConfigurationException");
            stored = await peer.TryReplaceAsync(stored!.With("quota", "1G"), context.CancellationToken);
            Expect.That(stored is not null, "after a second opening was refused, TryReplaceAsync of the first one returned null; wanted the record as stored");
            await peer.Process.KillAsync();
            calls = await UserCalls.OpenAsync(context, place);
            await calls.ExpectAsync(stored, "after the process that had it open was killed");
        }),

        Shared("processes: what one writes the other sees", UserContract.Shared, static async (context, calls, peer) =>
            await SharedCases.SeenAsync(context, calls.Users, peer)),

        Shared("processes: of many who add a name one wins", UserContract.Shared, static (context, calls, peer) => RaceCases.OneAddsAsync(context, [calls.Users, peer])),
        Shared("processes: no update is lost", UserContract.Shared, static (context, calls, peer) => RaceCases.NoUpdateIsLostAsync(context, [calls.Users, peer])),

        Shared("processes: one holder of a lock at a time", UserContract.Shared, static (context, calls, peer) =>
            LockCases.OneHolderAsync(context, [Expect.Offered<IUserLocks>(calls.Users, "the user database is no IUserLocks"), peer])),

        Shared("processes: sequences give no number twice", UserContract.Shared, static (context, calls, peer) =>
            SequenceCases.NeverTwiceAsync(context, [Expect.Offered<IUserSequences>(calls.Users, "the user database is no IUserSequences"), peer])),

        Shared("processes: the lock of one who was killed is free after the lease", UserContract.Lease, static async (context, calls, peer) =>
        {
            var (locks, lease) = await LeaseAsync(context, calls);
            await LockCases.LockAsync(context, peer, Alice);
            var waiting = locks.LockAsync(Alice, context.CancellationToken).AsTask();
            await Task.Delay(Wait.AMoment);
            Expect.That(!waiting.IsCompleted, "LockAsync came back while another process held the lock; wanted that it waits");
            await peer.Process.KillAsync();
            context.Step("LockAsync after the holder was killed");
            await using var held = await Wait.ForAsync(waiting, lease + Slack, $"the holder of the lock was killed, and LockAsync, which waits for it, did not come back; the lease is {lease.TotalSeconds:0.#} s");
            Expect.That(!held.Lost.IsCancellationRequested, "the lock was had, and its Lost is cancelled; wanted a lock that is held");
        }),

        Shared("processes: one who was frozen past the lease learns that the lock is lost", UserContract.Lost, static async (context, calls, peer) =>
        {
            var (locks, lease) = await LeaseAsync(context, calls);
            var frozen = await LockCases.LockAsync(context, peer, Alice);
            peer.Process.Freeze();
            context.Step("LockAsync after the holder was frozen");
            await using var held = await Wait.ForAsync(
                locks.LockAsync(Alice, context.CancellationToken).AsTask(), lease + Slack, $"the holder of the lock was frozen (SIGSTOP), and LockAsync did not come back; the lease is {lease.TotalSeconds:0.#} s");
            peer.Process.Thaw();
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = frozen.Lost.Register(() => lost.TrySetResult());
            await Wait.ForAsync(lost.Task, Wait.Soon, "a process was frozen past the lease of its lock, another got the lock, and after it went on its Lost was not cancelled");

            // late, as a process that was frozen does all
            await frozen.DisposeAsync();
            if (lease > 10 * Wait.AMoment)
                await LockCases.ExpectHeldAsync(context, locks, "one who had lost the lock disposed it");
        }),
    ];

    private static ConformanceCase<UserDatabaseUnderTest> Shared(
        string name, string requirement, Func<CaseContext<UserDatabaseUnderTest>, UserCalls, PeerUsers, Task> check) => new(name, requirement, async context =>
        {
            var calls = await UserCalls.OpenAsync(context);
            Expect.Offered<ISharedUserDatabase>(calls.Users, "the user database is no ISharedUserDatabase: it has one owner at a time");
            await check(context, calls, await StartAsync(context, calls.Place));
        });

    private static async Task<PeerUsers> StartAsync(CaseContext<UserDatabaseUnderTest> context, ModuleContext place)
    {
        var how = context.Module.DescribePeer(place) ?? throw new NotOfferedException("no second process can be started here (DescribePeer)");
        context.Step($"the start of {how.FileName}");
        var peer = await PeerProcess.StartAsync(how);
        context.CleanUp(peer.DisposeAsync);
        return new PeerUsers(peer);
    }

    private static async Task<(IUserLocks Locks, TimeSpan Lease)> LeaseAsync(CaseContext<UserDatabaseUnderTest> context, UserCalls calls)
    {
        var locks = Expect.Offered<IUserLocks>(calls.Users, "the user database is no IUserLocks");
        var lease = await ((ISharedUserDatabase)calls.Users).GetLockLeaseAsync(context.CancellationToken);
        return lease <= LongestLease ? (locks, lease) : throw new NotOfferedException(
            $"the lease is {lease.TotalSeconds:0} s, and at most {LongestLease.TotalSeconds:0} s are waited for; set a shorter one to have this tried");
    }

    private static async Task KilledAmongWritesAsync(CaseContext<UserDatabaseUnderTest> context)
    {
        var place = context.NewPlace();
        var peer = await StartAsync(context, place);
        var acknowledged = new ConcurrentDictionary<string, UserRecord>();
        var writes = 0;
        await UntilKilledAsync(peer, () => Volatile.Read(ref writes) >= 150 * context.Effort, async number =>
        {
            var name = $"user{number}@example.org";
            var stored = acknowledged.TryGetValue(name, out var last)
                ? await peer.TryReplaceAsync(last.With("n", $"{Number(last) + 1}"), context.CancellationToken)
                : await peer.TryAddAsync(Samples.User(name, ("n", "0")), context.CancellationToken);
            acknowledged[name] = stored ?? throw new ConformanceException($"a write of '{name}', which nobody else writes, was refused");
            Interlocked.Increment(ref writes);
        });

        var calls = await UserCalls.OpenAsync(context, place);
        foreach (var last in acknowledged.Values)
        {
            var found = await calls.FindAsync(last.Name);
            Expect.That(
                found is not null && found.Version >= last.Version,
                $"a process was told that {Samples.Show(last)} is stored, and was killed; then FindAsync returned {Samples.Show(found)}; wanted that record, or the one it was writing");
            Expect.That(
                found.Version == last.Version ? Samples.SameContent(found, last) : Number(found) == Number(last) + 1,
                $"a process was killed while it wrote; {Samples.Show(last)} was acknowledged, and FindAsync returned {Samples.Show(found)}; wanted that record, or the one it was writing");
            var replaced = await calls.ReplaceAsync(found.With("n", "again"));
            await calls.RemoveAsync(replaced);
            var added = await calls.AddAsync(Samples.User(last.Name));
            Expect.That(added.Version > replaced.Version, $"version {added.Version} was given after {replaced.Version} to the same name; wanted a greater one");
        }
    }

    private static int Number(UserRecord user) => int.Parse(user.Settings["n"], CultureInfo.InvariantCulture);

    /// <summary>Eight writers in the other process, until it is killed among their calls.</summary>
    private static async Task UntilKilledAsync(PeerUsers peer, Func<bool> enough, Func<int, Task> write)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Storm.RunAsync(8, async number =>
        {
            try
            {
                while (true)
                    await write(number);
            }
            catch (PeerGoneException) when (enough())
            {
            }
        }), KillAsync());

        async Task KillAsync()
        {
            while (!enough() && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
                await Task.Delay(1);
            await peer.Process.KillAsync();
        }
    }
}
