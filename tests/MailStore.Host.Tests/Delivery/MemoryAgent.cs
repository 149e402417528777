using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>An MDA and a creator over mailboxes in memory, one for each home.</summary>
internal sealed class MemoryAgent : IMailDeliveryAgent, ICreator
{
    public ConcurrentDictionary<string, MemoryMailbox> Mailboxes { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<Allocation> Released { get; } = [];

    public ParseResult Parse(EffectiveUser user) => user.Allocation is { } allocation
        ? new ParseResult.Ready(Mailboxes.GetOrAdd(allocation.Id, _ => new MemoryMailbox()))
        : new ParseResult.Incomplete("home");

    public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken) =>
        new(context.Complete(1, [new(Allocation.Home, $"/{user.Name}")]));

    public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        Released.Enqueue(lost);
        return default;
    }

    public async ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) =>
        await users.TryReplaceAsync(user with { Allocation = await allocator.AllocateAsync(user, cancellationToken) }, cancellationToken);
}

/// <summary>One of its mailboxes.</summary>
internal sealed class MemoryMailbox : IMailbox, IReadableMailbox, IMailboxRemoval
{
    public ConcurrentQueue<string> Mails { get; } = [];

    /// <summary>Runs when a listing has told all mails.</summary>
    public Action OnListed { get; set; } = () => { };

    /// <summary>Runs before a mail is stored.</summary>
    public Func<CancellationToken, Task> BeforeStoring { get; set; } = _ => Task.CompletedTask;

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        await BeforeStoring(cancellationToken);
        using var reader = new StreamReader(mail.OpenRead(), Encoding.Latin1);
        Mails.Enqueue(await reader.ReadToEndAsync(CancellationToken.None));
        return DeliveryResult.Stored($"{Mails.Count}");
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var id = 0;
        foreach (var mail in Mails.ToArray())
            yield return new StoredMail($"{++id}", mail.Length, DateTimeOffset.UnixEpoch, MailFlags.None, null);
        OnListed();
    }

    public ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) => new((Stream?)null);

    public ValueTask RemoveAllAsync(CancellationToken cancellationToken)
    {
        Mails.Clear();
        return default;
    }
}
