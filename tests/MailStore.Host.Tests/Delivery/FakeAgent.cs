using System.Collections.Concurrent;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>An MDA that keeps mails in memory: without an allocation a user lacks a home.</summary>
internal sealed class FakeAgent : IMailDeliveryAgent
{
    private readonly ConcurrentDictionary<string, FakeMailbox> _mailboxes = new(StringComparer.Ordinal);

    /// <summary>Name, version and options of each parse, in order.</summary>
    public ConcurrentQueue<(string User, long Version, FakeOptions Options)> Parsed { get; } = [];

    public ConcurrentQueue<Allocation> Allocated { get; } = [];

    public ConcurrentQueue<Allocation> Released { get; } = [];

    /// <summary>What a parse comes to, in place of the usual.</summary>
    public Func<EffectiveUser, ParseResult?> Parsing { get; set; } = static _ => null;

    /// <summary>Runs before a release.</summary>
    public Action? Releasing { get; set; }

    public FakeMailbox MailboxOf(string user) => _mailboxes.GetOrAdd(user, static _ => new FakeMailbox());

    public ParseResult Parse(EffectiveUser user)
    {
        Parsed.Enqueue((user.Name, user.Version, user.GetOptions<FakeOptions>()));
        if (Parsing(user) is { } result)
            return result;
        return user.Allocation is null ? new ParseResult.Incomplete("home") : new ParseResult.Ready(MailboxOf(user.Name));
    }

    public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        var allocation = context.Complete(1, [new(Allocation.Home, $"/home/{user.Name}"), new("path", user.GetOptions<FakeOptions>().Path)]);
        Allocated.Enqueue(allocation);
        return new(allocation);
    }

    public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        Releasing?.Invoke();
        Released.Enqueue(lost);
        return default;
    }
}
