using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>A mailbox in memory that can all that a mailbox may. What a delivery or a removal does can be told.</summary>
internal sealed class FakeMailbox : IMailbox, IReadableMailbox, IMailboxUsage, IMailboxRemoval
{
    public ConcurrentQueue<(Mail Mail, string Text)> Mails { get; } = [];

    /// <summary>Runs in place of storing; null: store.</summary>
    public Func<Mail, CancellationToken, ValueTask<DeliveryResult>>? Delivering { get; set; }

    /// <summary>Runs before a removal.</summary>
    public Func<ValueTask>? Removing { get; set; }

    public int Removals { get; private set; }

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        if (Delivering is not null)
            return await Delivering(mail, cancellationToken);
        using var text = new StreamReader(mail.OpenRead(), Encoding.Latin1);
        Mails.Enqueue((mail, await text.ReadToEndAsync(cancellationToken)));
        return DeliveryResult.Stored($"file{Mails.Count}");
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var number = 0;
        foreach (var (mail, text) in Mails)
            yield return new StoredMail($"file{++number}", text.Length, mail.Arrival, MailFlags.None, null);
    }

    public ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) => new((Stream?)null);

    public ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) =>
        new(new MailboxUsage(Mails.Sum(mail => mail.Text.Length), Mails.Count, 1 << 20, null));

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken)
    {
        Removals++;
        if (Removing is not null)
            await Removing();
        Mails.Clear();
    }
}
