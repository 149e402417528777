using System.Collections.Concurrent;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Modules;

/// <summary>Deliveries by calls that block, on threads that the host keeps for them. Alone, since the number of the pool's threads is the whole process's.</summary>
[Collection(AloneCollection.Name)]
public sealed class CallThreadsTests : IDisposable
{
    private const int All = 32;

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly ModuleBoundary _boundary;
    private readonly Blocking _inner = new();
    private readonly GuardedMailbox _mailbox;

    public CallThreadsTests()
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
    public async Task A_delivery_runs_on_a_thread_of_nobody_else_and_the_caller_goes_on_there()
    {
        var scope = new AsyncLocal<string> { Value = "delivery 1" };
        var seen = (Scope: "", IsOfThePool: true, Thread: 0);
        _inner.Delivering = _ =>
        {
            seen = (scope.Value, Thread.CurrentThread.IsThreadPoolThread, Environment.CurrentManagedThreadId);
            _inner.End.Wait(CancellationToken.None);
            return DeliveryResult.Stored("1");
        };
        var call = AfterwardsAsync();
        await _inner.EnteredAsync(1);
        _inner.End.Set();
        Assert.Equal(seen.Thread, await call);
        Assert.Equal(("delivery 1", false), (seen.Scope, seen.IsOfThePool));

        async Task<int> AfterwardsAsync()
        {
            await _mailbox.DeliverAsync(Bench.Mail, default).ConfigureAwait(false);
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task What_one_call_leaves_behind_is_not_the_next_ones()
    {
        var scope = new AsyncLocal<string?>();
        var seen = new ConcurrentBag<(string?, SynchronizationContext?)>();
        _inner.Delivering = _ =>
        {
            seen.Add((scope.Value, SynchronizationContext.Current));
            scope.Value = "left behind";
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            return DeliveryResult.Stored("1");
        };
        for (var i = 0; i < 20; i++)
        {
            ValueTask<DeliveryResult> call;
            // else the caller's context would be put in its place in any case
            using (ExecutionContext.SuppressFlow())
                call = _mailbox.DeliverAsync(Bench.Mail, default);
            // not inline: what follows would run on that thread, and the next call on another one
            while (!call.IsCompleted)
                await Task.Delay(1);
            await call;
        }

        Assert.Equal(20, seen.Count);
        Assert.All(seen, each => Assert.Equal((null, null), each));
    }

    [Fact]
    public async Task Where_all_are_busy_a_call_goes_the_other_way()
    {
        _inner.Delivering = UntilTheEnd;
        var blocked = Enumerable.Range(0, All).Select(_ => _mailbox.DeliverAsync(Bench.Mail, default).AsTask()).ToList();
        await _inner.EnteredAsync(All);
        Assert.Equal("by the other way", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
        Assert.DoesNotContain(blocked, call => call.IsCompleted);
        _inner.End.Set();
        Assert.All(await Task.WhenAll(blocked), result => Assert.Equal("1", result.StoredId));
    }

    [Fact]
    public async Task A_stop_waits_for_calls_under_way_and_the_next_ones_go_the_other_way()
    {
        _inner.Delivering = UntilTheEnd;
        var call = _mailbox.DeliverAsync(Bench.Mail, default).AsTask();
        await _inner.EnteredAsync(1);
        var stop = _boundary.EndThreadsAsync();
        Assert.Equal("by the other way", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
        Assert.False(stop.IsCompleted);
        _inner.End.Set();
        await stop;
        Assert.Equal("1", (await call).StoredId);
    }

    [Fact]
    public async Task A_stop_waits_for_a_call_that_hangs_no_longer_than_for_the_module()
    {
        _inner.Delivering = UntilTheEnd;
        var call = _mailbox.DeliverAsync(Bench.Mail, default).AsTask();
        await _inner.EnteredAsync(1);
        var stop = _boundary.EndThreadsAsync();
        Assert.False(stop.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await stop;
        _inner.End.Set();
        await call.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Who_hangs_is_given_up_and_takes_no_thread_of_the_pool()
    {
        _inner.Delivering = _ =>
        {
            _inner.End.Wait(CancellationToken.None);
            return DeliveryResult.Stored("late");
        };
        ThreadPool.GetMinThreads(out var before, out _);
        var call = _mailbox.DeliverAsync(Bench.Mail, default).AsTask();
        await _inner.EnteredAsync(1);
        for (var i = 0; !call.IsCompleted; i++)
        {
            Assert.True(i < 5000, "the call is not over after an hour and a half");
            _clock.Advance(TimeSpan.FromSeconds(4));
            await Task.WhenAny(call, Task.Delay(1));
        }

        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => call);
        Assert.True(fault is { Abandoned: true, TimedOut: true });
        Assert.Equal(1, _boundary.Hanging);
        ThreadPool.GetMinThreads(out var after, out _);
        Assert.Equal(before, after);
        _inner.End.Set();
        Assert.Equal("late", (await (Task<DeliveryResult?>)fault.Late!)?.StoredId);
    }

    [Fact]
    public async Task What_it_throws_is_what_the_boundary_makes_of_it_and_the_thread_serves_on()
    {
        _inner.Delivering = static _ => throw new TemporaryFailureException("the disk is away");
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await _mailbox.DeliverAsync(Bench.Mail, default));
        _inner.Delivering = static _ => throw new InvalidOperationException("a bug");
        await Assert.ThrowsAsync<ModuleFaultException>(async () => await _mailbox.DeliverAsync(Bench.Mail, default));
        _inner.Delivering = static _ => DeliveryResult.Stored("2");
        Assert.Equal("2", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
        _inner.Delivering = static _ => null!;
        Assert.Contains("DeliverAsync", (await Assert.ThrowsAsync<ModuleFaultException>(async () => await _mailbox.DeliverAsync(Bench.Mail, default))).Message, StringComparison.Ordinal);
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
    public async Task Many_at_once_each_get_their_own_result_also_while_the_threads_are_ended()
    {
        var number = 0;
        _inner.Delivering = _ =>
        {
            Thread.Yield();
            return DeliveryResult.Stored($"{Interlocked.Increment(ref number)}");
        };
        var callers = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            var own = new List<string>();
            for (var i = 0; i < 200; i++)
                own.Add((await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId!);
            return own;
        })).ToList();
        await _inner.EnteredAsync(64);
        await _boundary.EndThreadsAsync();
        var ids = (await Task.WhenAll(callers)).SelectMany(own => own).Where(id => id != Blocking.OtherWay).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(Volatile.Read(ref number), ids.Count);
    }

    private DeliveryResult UntilTheEnd(CancellationToken cancellationToken)
    {
        _inner.End.Wait(CancellationToken.None);
        return DeliveryResult.Stored("1");
    }

    private sealed class Blocking : IBlockingMailbox
    {
        public const string OtherWay = "by the other way";

        private int _entered;

        public ManualResetEventSlim End { get; } = new();

        public Func<CancellationToken, DeliveryResult> Delivering { get; set; } = static _ => DeliveryResult.Stored("1");

        public DeliveryResult Deliver(Mail mail, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _entered);
            return Delivering(cancellationToken);
        }

        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored(OtherWay));

        public async Task EnteredAsync(int count)
        {
            while (Volatile.Read(ref _entered) < count)
                await Task.Delay(1);
        }
    }
}
