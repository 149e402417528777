using System.Collections.Concurrent;

namespace MailStore.Sdk.Conformance;

/// <summary>The allocator that creators are tried with. It knows what was made and released, and which releases must not have been.</summary>
internal sealed class RecordingAllocator(MemoryUsers users) : IAllocator
{
    private readonly ConcurrentDictionary<string, (UserRecord User, long Time)> _made = [];
    private readonly ConcurrentDictionary<string, bool> _released = [];
    private int _calls;

    /// <summary>Runs in each AllocateAsync, with its number from 1, before it returns.</summary>
    public Func<int, CancellationToken, ValueTask> Allocating { get; set; } = static async (_, _) => await Task.Yield();

    /// <summary>Thrown by each release, after it was noted.</summary>
    public Exception? ReleaseFault { get; set; }

    /// <summary>Noted, since a creator may swallow what a release throws.</summary>
    public ConcurrentQueue<string> Violations { get; } = [];

    public IReadOnlyCollection<string> Made => [.. _made.Keys];

    public IReadOnlyCollection<string> Released => [.. _released.Keys];

    /// <summary>Whether a record bears what its MDA needs: an allocation of form 2.</summary>
    public static bool IsComplete(UserRecord user) => user.Allocation?.Form == 2;

    public static Allocation Incomplete(string id) => Samples.Allocation(id, (Allocation.Home, "/old"));

    public async ValueTask<bool> NeedsAllocationAsync(UserRecord user, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        return !IsComplete(user);
    }

    public async ValueTask<Allocation> AllocateAsync(UserRecord user, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = Interlocked.Increment(ref _calls);
        await Allocating(number, cancellationToken);
        var context = new AllocationContext("kit", null);
        _made[context.AllocationId] = (user, users.Now());
        return context.Complete(2, [new(Allocation.Home, $"/mail/{context.AllocationId}")]);
    }

    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (!_made.TryGetValue(lost.Id, out var made))
        {
            Violations.Enqueue($"released the allocation {lost.Id}, which it has not made");
            return;
        }

        var name = made.User.Name;
        var seen = current is null ? "no record" : $"version {current.Version}";
        Require(current is null || current.Name == name, $"released an allocation of '{name}' with the record of '{current?.Name}'");
        Require(current?.Allocation?.Id != lost.Id, "released an allocation that the record bears which it gave as the current one");
        Require(users.Peek(name)?.Allocation?.Id != lost.Id, "released the allocation that stands in the record: the winner's");
        Require(users.WasRead(name, current?.Version, made.Time), $"released an allocation on the word of {seen}, without a fresh read (FindAsync after the allocation was made) that showed it");
        Require(
            current is null || current.Version != made.User.Version || IsComplete(current),
            $"released an allocation while the record has the version {made.User.Version} still that it was made for: a write of unknown outcome may yet be done");
        Require(_released.TryAdd(lost.Id, true), "released an allocation twice");
        if (ReleaseFault is { } fault)
            throw fault;
    }

    private void Require(bool condition, string violation)
    {
        if (!condition)
            Violations.Enqueue(violation);
    }
}
