using System.Collections.Concurrent;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>
/// A delivery that keeps mails in memory. Knows everybody but <c>nobody@…</c> (550); the database is down for <c>down@…</c> (451).
/// </summary>
internal sealed class FakeDelivery : IDelivery
{
    private readonly ConcurrentBag<MailBuffer> _buffers = [];

    public ConcurrentQueue<DeliveredMail> Mails { get; } = [];

    public string SpoolDirectory { get; init; } = Path.GetTempPath();

    public long MemoryLimit { get; init; } = 1 << 20;

    public MailBudget? Budget { get; init; }

    /// <summary>What becomes of the mail for one recipient.</summary>
    public Func<Recipient, CancellationToken, Task<Reply>> Deliver { get; init; } =
        static (recipient, _) => Task.FromResult(new Reply(250, "2.0.0", $"stored for {recipient.Original}"));

    /// <summary>Tells when a mail has come to its deliveries.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The buffers whose content can still be read: those that were not disposed, and were not empty.</summary>
    public int BuffersInUse => _buffers.Count(IsInUse);

    /// <summary>Runs before a recipient is looked up.</summary>
    public Func<string, Task> Resolving { get; init; } = static _ => Task.CompletedTask;

    public async ValueTask<RecipientDecision> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        await Resolving(address);
        return address.Split('@')[0] switch
        {
            "nobody" => new RecipientDecision(null, new Reply(550, "5.1.1", $"no user {address}")),
            "down" => new RecipientDecision(null, new Reply(451, "4.3.0", "the user database is out of reach")),
            _ => new RecipientDecision(
                new Recipient { Original = address, Detail = null, User = new UserRecord { Name = address } },
                new Reply(250, "2.1.5", "recipient OK")),
        };
    }

    /// <summary>Whether there is room for a mail of a size.</summary>
    public Func<long, bool> HasRoom { get; set; } = static _ => true;

    public bool HasRoomFor(long size) => HasRoom(size);

    public MailBuffer CreateBuffer()
    {
        var buffer = new MailBuffer(SpoolDirectory, MemoryLimit, Budget);
        _buffers.Add(buffer);
        return buffer;
    }

    public IReadOnlyList<Task<Reply>> Start(
        MailEnvelope envelope, IReadOnlyList<Recipient> recipients, MailBuffer content, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        using (var stream = content.OpenRead())
            stream.CopyTo(copy);
        Mails.Enqueue(new DeliveredMail(envelope, [.. recipients.Select(recipient => recipient.Original)], copy.ToArray())
        {
            IsBinary = content.IsBinary,
            OriginalsByDsn = [.. recipients.Select(recipient => recipient.OriginalByDsn)],
        });
        var deliveries = recipients.Select(recipient => Deliver(recipient, cancellationToken)).ToArray();
        Started.TrySetResult();
        return deliveries;
    }

    private static bool IsInUse(MailBuffer buffer)
    {
        try
        {
            return buffer.OpenRead().ReadByte() >= 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
