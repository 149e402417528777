using System.Collections.Concurrent;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Modules;

/// <summary>Deliveries by calls that block, on threads that the host keeps for them.</summary>
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
    public async Task A_delivery_may_block_its_thread_is_of_nobody_else_and_the_caller_goes_on_there()
    {
        var scope = new AsyncLocal<string> { Value = "delivery 1" };
        var seen = (Scope: "", MayBlock: false, IsOfThePool: true, Thread: 0);
        _inner.Delivering = _ =>
        {
            seen = (scope.Value, ModuleThread.MayBlock, Thread.CurrentThread.IsThreadPoolThread, Environment.CurrentManagedThreadId);
            _inner.End.Wait(CancellationToken.None);
            return DeliveryResult.Stored("1");
        };
        var call = AfterwardsAsync();
        await _inner.EnteredAsync(1);
        _inner.End.Set();
        Assert.Equal(seen.Thread, await call);
        Assert.Equal(("delivery 1", true, false), (seen.Scope, seen.MayBlock, seen.IsOfThePool));
        Assert.False(ModuleThread.MayBlock);

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
        var seen = new ConcurrentBag<string?>();
        _inner.Delivering = _ =>
        {
            seen.Add(scope.Value);
            scope.Value = "left behind";
            return DeliveryResult.Stored("1");
        };
        for (var i = 0; i < 20; i++)
            await _mailbox.DeliverAsync(Bench.Mail, default);
        Assert.Equal(20, seen.Count);
        Assert.All(seen, Assert.Null);
    }

    [Fact]
    public async Task Where_all_are_busy_a_call_goes_to_the_pool_and_is_told_so()
    {
        var may = new ConcurrentBag<bool>();
        _inner.Delivering = _ =>
        {
            may.Add(ModuleThread.MayBlock);
            if (ModuleThread.MayBlock)
                _inner.End.Wait(CancellationToken.None);
            return DeliveryResult.Stored("1");
        };
        var blocked = Enumerable.Range(0, All).Select(_ => _mailbox.DeliverAsync(Bench.Mail, default).AsTask()).ToList();
        await _inner.EnteredAsync(All);
        Assert.Equal("1", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
        Assert.Equal((All, 1), (may.Count(each => each), may.Count(each => !each)));
        Assert.DoesNotContain(blocked, call => call.IsCompleted);
        _inner.End.Set();
        await Task.WhenAll(blocked);
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
        _inner.Delivering = static _ => DeliveryResult.Stored($"{ModuleThread.MayBlock}");
        Assert.Equal("True", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
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
        await _inner.EnteredAsync(64 * 50);
        _boundary.Threads.Dispose();
        Assert.Equal(64 * 200, (await Task.WhenAll(callers)).SelectMany(own => own).Distinct().Count());
        _inner.Delivering = static _ => DeliveryResult.Stored($"{ModuleThread.MayBlock}");
        Assert.Equal("False", (await _mailbox.DeliverAsync(Bench.Mail, default)).StoredId);
    }

    private sealed class Blocking : IMailbox
    {
        private int _entered;

        public ManualResetEventSlim End { get; } = new();

        public Func<CancellationToken, DeliveryResult> Delivering { get; set; } = static _ => DeliveryResult.Stored("1");

        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _entered);
            return new(Delivering(cancellationToken));
        }

        public async Task EnteredAsync(int count)
        {
            while (Volatile.Read(ref _entered) < count)
                await Task.Delay(1);
        }
    }
}
