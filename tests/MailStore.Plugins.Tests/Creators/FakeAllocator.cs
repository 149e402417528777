using System.Collections.Concurrent;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Creators;

/// <summary>An MDA's double with a directory of its own for each allocation, which knows what was made and what was released.</summary>
internal sealed class FakeAllocator(Func<UserRecord?> truth) : IAllocator
{
    private int _made;

    /// <summary>All that was made, by id, with the user it was made for.</summary>
    public ConcurrentDictionary<string, UserRecord> Made { get; } = [];

    public ConcurrentDictionary<string, string> Released { get; } = [];

    /// <summary>Releases that must not have been. Noted, since a creator swallows what a release throws.</summary>
    public ConcurrentQueue<string> Violations { get; } = [];

    /// <summary>Runs in each call of AllocateAsync, with its number, after the directory was made.</summary>
    public Func<int, CancellationToken, ValueTask> Allocating { get; set; } = (_, _) => default;

    /// <summary>Thrown by each release.</summary>
    public Exception? ReleaseFault { get; set; }

    public ValueTask<bool> NeedsAllocationAsync(UserRecord user, CancellationToken cancellationToken) => new(user.Allocation is null);

    public async ValueTask<Allocation> AllocateAsync(UserRecord user, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _made);
        var id = $"{number:D6}";
        Made.TryAdd(id, user);
        await Allocating(number, cancellationToken).ConfigureAwait(false);
        var allocation = new Allocation { Id = id, Mda = "maildir", Form = 1 };
        return allocation with { Values = allocation.Values.Add(Allocation.Home, $"/mail/{user.Name}/{id}") };
    }

    public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        // What is released must be able to count no more: neither by what the creator read, nor in truth.
        Require(lost.Id != current?.Allocation?.Id, $"{lost.Id} was released while the creator saw it in the record");
        Require(lost.Id != truth()?.Allocation?.Id, $"{lost.Id} was released while it stood in the record");
        Require(current is null || current.Version != Made[lost.Id].Version, $"{lost.Id} was released while its write could still come through");
        if (ReleaseFault is not null)
            throw ReleaseFault;
        Require(Released.TryAdd(lost.Id, lost.Id), $"{lost.Id} was released twice");
        return default;
    }

    private void Require(bool condition, string violation)
    {
        if (!condition)
            Violations.Enqueue(violation);
    }
}
