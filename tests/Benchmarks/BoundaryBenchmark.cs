using BenchmarkDotNet.Attributes;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Benchmarks;

/// <summary>
/// What a delivery costs besides storing: a mailbox that does nothing, called directly, then across its load context, then behind its boundary as deliveries
/// call it. One delivery after the other, awaited, as a recipient's are.
/// </summary>
public class BoundaryBenchmark
{
    private const int Deliveries = 1000;

    private readonly Mail _mail = new()
    {
        DeliveryId = "d",
        TransactionId = "t",
        Sender = "",
        OriginalRecipient = IdleModules.User,
        User = IdleModules.User,
        Arrival = DateTimeOffset.UnixEpoch,
        Header = default,
        Content = MailContent.FromMemory("content"u8.ToArray()),
    };

    private readonly IMailbox _direct = new Fixtures.IdleMailbox();
    private IdleModules? _modules;
    private IMailbox _isolated = null!;
    private IMailbox _guarded = null!;

    [GlobalSetup]
    public void Load()
    {
        _modules = IdleModules.Load();
        _guarded = _modules.Mailbox;
        _isolated = ((GuardedMailbox)_guarded).Inner;
    }

    [GlobalCleanup]
    public void Unload() => _modules?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Deliveries, Description = "direct")]
    public Task<int> DirectAsync() => DeliverAsync(_direct);

    [Benchmark(OperationsPerInvoke = Deliveries, Description = "isolated")]
    public Task<int> IsolatedAsync() => DeliverAsync(_isolated);

    [Benchmark(OperationsPerInvoke = Deliveries, Description = "isolated, guarded")]
    public Task<int> GuardedAsync() => DeliverAsync(_guarded);

    /// <summary>On a thread of the pool, as sessions are.</summary>
    private Task<int> DeliverAsync(IMailbox mailbox) => Task.Run(async () =>
    {
        var stored = 0;
        for (var i = 0; i < Deliveries; i++)
            stored += (await mailbox.DeliverAsync(_mail, CancellationToken.None)).Status == DeliveryStatus.Stored ? 1 : 0;
        return stored;
    });
}
