using System.Collections.Concurrent;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Modules;

/// <summary>Calls of a mailbox that says of itself that it blocks.</summary>
public sealed class BlockingCallTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly ModuleBoundary _boundary;
    private readonly BlockingMailbox _inner = new();
    private readonly GuardedMailbox _mailbox;

    public BlockingCallTests()
    {
        _boundary = new ModuleBoundary(new ModuleIdentity(ModuleKind.Mda, "x", "x", "x.dll"), new ModulesOptions { HangLimit = 3 }, _log, _clock);
        _mailbox = new GuardedMailbox(_inner, _boundary, Bench.User);
    }

    public void Dispose()
    {
        _inner.End.Set();
        _boundary.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task It_runs_on_a_thread_that_is_no_ones_else_and_the_caller_goes_on_there()
    {
        var scope = new AsyncLocal<string> { Value = "delivery 1" };
        var seen = "";
        var isOfThePool = true;
        var thread = 0;
        _inner.Delivering = _ =>
        {
            (seen, isOfThePool, thread) = (scope.Value, Thread.CurrentThread.IsThreadPoolThread, Environment.CurrentManagedThreadId);
            _inner.End.Wait(CancellationToken.None);
            return DeliveryResult.Stored("1");
        };
        var call = AfterwardsAsync();
        await _inner.EnteredAsync(1);
        _inner.End.Set();
        Assert.Equal(thread, await call);
        Assert.Equal("delivery 1", seen);
        Assert.False(isOfThePool);

        async Task<int> AfterwardsAsync()
        {
            await _mailbox.DeliverAsync(Bench.Mail, default).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task The_context_of_one_call_is_not_that_of_the_next()
    {
        var scope = new AsyncLocal<string?>();
        var seen = new ConcurrentBag<string?>();
        _inner.Delivering = _ =>
        {
            seen.Add(scope.Value);
            scope.Value = "left behind";
            return DeliveryResult.Stored("1");
        };
        for (var i = 0; i < 20; i++)
        {
            await _mailbox.DeliverAsync(Bench.Mail, default);
        }

        Assert.All(seen, Assert.Null);
    }

    [Fact]
    public async Task What_it_throws_is_what_the_boundary_makes_of_it()
    {
        _inner.Delivering = static _ => throw new TemporaryFailureException("the disk is away");
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await _mailbox.DeliverAsync(Bench.Mail, default));
        _inner.Delivering = static _ => throw new InvalidOperationException("a bug");
        await Assert.ThrowsAsync<ModuleFaultException>(async () => await _mailbox.DeliverAsync(Bench.Mail, default));
    }

    [Fact]
    public async Task Null_is_a_fault()
    {
        _inner.Delivering = _ => null!;
        Assert.Contains("Deliver", (await Assert.ThrowsAsync<ModuleFaultException>(async () => await _mailbox.DeliverAsync(Bench.Mail, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_heeds_the_cancellation_of_the_caller_is_told_it()
    {
        _inner.Delivering = token =>
        {
            token.WaitHandle.WaitOne();
            token.ThrowIfCancellationRequested();
            return DeliveryResult.Stored("1");
        };
        using var caller = new CancellationTokenSource();
        var call = _mailbox.DeliverAsync(Bench.Mail, caller.Token).AsTask();
        await _inner.EnteredAsync(1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, _boundary.Hanging);
    }

    [Fact]
    public async Task Who_hangs_is_given_up_and_takes_no_thread_of_the_pool()
    {
        _inner.Delivering = Hang;
        ThreadPool.GetMinThreads(out var before, out _);
        var call = _mailbox.DeliverAsync(Bench.Mail, default).AsTask();
        await _inner.EnteredAsync(1);
        await PassUntilAsync(call);
        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => call);
        Assert.True(fault is { Abandoned: true, TimedOut: true });
        Assert.Equal(1, _boundary.Hanging);
        ThreadPool.GetMinThreads(out var after, out _);
        Assert.Equal(before, after);
        _inner.End.Set();
        Assert.Equal("late", (await (Task<DeliveryResult?>)fault.Late!)?.StoredId);
    }

    [Fact]
    public async Task A_call_that_waits_for_a_thread_has_its_time_too_and_never_reaches_the_module_when_it_is_given_up()
    {
        _inner.Delivering = Hang;
        var threads = 3 + ModuleBoundary.ThreadsThatServe;
        var inside = Enumerable.Range(0, threads).Select(_ => _mailbox.DeliverAsync(Bench.Mail, default).AsTask()).ToList();
        await _inner.EnteredAsync(threads);
        var waiting = _mailbox.DeliverAsync(Bench.Mail, default).AsTask();
        await PassUntilAsync(Task.WhenAll([.. inside, waiting]));
        Assert.True(waiting.IsFaulted);
        Assert.Equal(threads + 1, _boundary.Hanging);
        Assert.True(_boundary.IsFaulted);
        _inner.End.Set();
        Assert.True(SpinWait.SpinUntil(() => _boundary.Hanging == 0, TimeSpan.FromSeconds(60)));
        Assert.Equal(threads, _inner.Entered);

        _inner.Delivering = static _ => DeliveryResult.Stored("2");
        Assert.Equal("2", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
    }

    [Fact]
    public async Task Many_at_once_each_get_their_own_result()
    {
        var number = 0;
        _inner.Delivering = _ =>
        {
            Thread.Yield();
            return DeliveryResult.Stored($"{Interlocked.Increment(ref number)}");
        };
        var ids = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            var own = new List<string>();
            for (var i = 0; i < 200; i++)
                own.Add((await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId!);
            return own;
        })));
        Assert.Equal(64 * 200, ids.SelectMany(own => own).Distinct().Count());
    }

    private DeliveryResult Hang(CancellationToken cancellationToken)
    {
        _inner.End.Wait(CancellationToken.None);
        return DeliveryResult.Stored("late");
    }

    private async Task PassUntilAsync(Task over)
    {
        for (var i = 0; !over.IsCompleted; i++)
        {
            Assert.True(i < 5000, "the call is not over after an hour and a half");
            _clock.Advance(TimeSpan.FromSeconds(4));
            await Task.WhenAny(over, Task.Delay(1));
        }
    }

    private sealed class BlockingMailbox : IBlockingMailbox
    {
        private int _entered;

        public int Entered => Volatile.Read(ref _entered);

        public ManualResetEventSlim End { get; } = new();

        public Func<CancellationToken, DeliveryResult> Delivering { get; set; } = static _ => DeliveryResult.Stored("1");

        public DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _entered);
            return Delivering(cancellationToken);
        }

        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => throw new NotSupportedException("the host calls Deliver");

        public async Task EnteredAsync(int count)
        {
            while (Entered < count)
                await Task.Delay(1);
        }
    }
}
