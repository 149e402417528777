using System.Collections.Concurrent;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Moving;

/// <summary>An MDA over <see cref="MovableMailbox"/>es, one for each home.</summary>
internal sealed class MovableAgent(string name) : IMailDeliveryAgent
{
    private int _allocations;

    public ConcurrentDictionary<string, MovableMailbox> Mailboxes { get; } = new(StringComparer.Ordinal);

    /// <summary>How many places were made.</summary>
    public int Allocations => _allocations;

    public ConcurrentQueue<Allocation> Released { get; } = [];

    /// <summary>What a new mailbox is like.</summary>
    public Action<MovableMailbox> Making { get; set; } = _ => { };

    /// <summary>Where the next one is; null for a place of its own.</summary>
    public string? Home { get; set; }

    /// <summary>Which level it does not take.</summary>
    public int? WrongLevel { get; set; }

    public MovableMailbox Of(Allocation allocation) => Mailboxes[KeyOf(allocation)];

    public ParseResult Parse(EffectiveUser user)
    {
        if (user.GetOptions<FakeOptions>().Path == "forbidden")
            return new ParseResult.Invalid("this path is forbidden");
        if (user.GetOptions<FakeOptions>().Level == WrongLevel)
            return new ParseResult.Invalid($"this level is not for {name}");
        return user.Allocation is { } allocation ? new ParseResult.Ready(Mailboxes.GetOrAdd(KeyOf(allocation), Make)) : new ParseResult.Incomplete("home");
    }

    public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _allocations);
        return new(context.Complete(1, [new(Allocation.Home, Home ?? $"/{name}/{user.GetOptions<FakeOptions>().Path}/{number}")]));
    }

    public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        Released.Enqueue(lost);
        return default;
    }

    private static string KeyOf(Allocation allocation) => allocation.Values.GetValueOrDefault(Allocation.Home, allocation.Id);

    private MovableMailbox Make(string id)
    {
        var mailbox = new MovableMailbox($"{name}{Mailboxes.Count}");
        Making(mailbox);
        return mailbox;
    }
}
