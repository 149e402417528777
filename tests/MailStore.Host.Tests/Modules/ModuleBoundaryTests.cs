using System.Diagnostics;
using System.Threading.Tasks.Sources;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

public sealed class ModuleBoundaryTests
{
    private static readonly CallKind<Func<CancellationToken, ValueTask<int>>, int> Any = new("Any", static (call, token) => call(token));

    [Fact]
    public async Task A_module_runs_off_its_callers_thread_and_sees_its_callers_context()
    {
        using var bench = new Bench();
        var scope = new AsyncLocal<string> { Value = "delivery 1" };
        string? seen = null;
        using var entered = new ManualResetEventSlim();
        var thread = 0;
        var call = bench.Boundary.CallAsync(
            Any,
            null,
            _ =>
            {
                seen = scope.Value;
                thread = Environment.CurrentManagedThreadId;
                entered.Set();
                return new(1);
            },
            CancellationToken.None);
        entered.Wait(); // blocks the caller's thread: the call runs all the same
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal("delivery 1", seen);
        Assert.Equal(1, await call);
    }

    [Fact]
    public async Task A_cancelled_caller_does_not_reach_the_module()
    {
        using var bench = new Bench();
        await Assert.ThrowsAsync<TaskCanceledException>(() => bench.CallAsync("DeliverAsync", new CancellationToken(true)));
    }

    [Fact]
    public async Task A_caller_that_cancelled_waits_no_longer_than_the_grace()
    {
        using var bench = new Bench();
        bench.Module.Behaviour = Behaviour.Hang;
        using var caller = new CancellationTokenSource();
        var call = bench.CallAsync("DeliverAsync", caller.Token);
        await bench.Module.EnteredAsync();
        await caller.CancelAsync();
        var passed = await bench.PassUntilAsync(call);
        Assert.InRange(passed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        Assert.True((await Assert.ThrowsAsync<ModuleFaultException>(() => call)) is { Abandoned: true, TimedOut: false });
    }

    [Fact]
    public async Task A_module_of_which_too_many_calls_hang_is_refused_until_they_come_back()
    {
        using var bench = new Bench(new ModulesOptions { HangLimit = 3 });
        bench.Module.Behaviour = Behaviour.Hang;
        var calls = Enumerable.Range(0, 3).Select(_ => bench.CallAsync("DeliverAsync")).ToArray();
        foreach (var _ in calls)
            await bench.Module.EnteredAsync();
        await bench.PassUntilAsync(Task.WhenAll(calls));
        Assert.All(calls, call => Assert.True(call.IsFaulted));
        Assert.True(bench.Boundary.IsFaulted);
        Assert.False((await bench.Instance.CheckHealthAsync(default)).IsHealthy);
        Assert.Contains(bench.Log.Errors, error => error.StartsWith("mda 'x': 3 calls hang; it is called no more", StringComparison.Ordinal));

        bench.Module.Behaviour = Behaviour.Good;
        var refused = await Assert.ThrowsAsync<ModuleFaultException>(() => bench.CallAsync("DeliverAsync"));
        Assert.True(refused is { Refused: true, Abandoned: false });
        Assert.Equal(3, bench.Boundary.Faults);

        bench.Module.Release();
        Assert.True(SpinWait.SpinUntil(() => bench.Boundary.Hanging == 0, TimeSpan.FromSeconds(60)));
        Assert.NotNull(await bench.CallAsync("DeliverAsync"));
    }

    [Fact]
    public async Task A_lock_that_comes_after_it_was_given_up_is_let_go()
    {
        using var bench = new Bench();
        bench.Module.Behaviour = Behaviour.Hang;
        var call = bench.CallAsync("LockAsync");
        await bench.PassUntilAsync(call);
        await Assert.ThrowsAsync<ModuleFaultException>(() => call);
        bench.Module.Release();
        Assert.True(SpinWait.SpinUntil(() => bench.Module.GivenLock?.Disposed == 1, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_fault_of_another_module_passes_through_and_is_not_blamed_on_this_one()
    {
        using var inner = new Bench();
        using var outer = new Bench();
        inner.Module.Behaviour = Behaviour.Throw;
        await Assert.ThrowsAsync<ModuleFaultException>(async () => await outer.Boundary.CallAsync(
            Any, null, async _ => (int)(await inner.CallAsync("NextAsync", CancellationToken.None))!, CancellationToken.None));
        Assert.Equal((1, 0), (inner.Boundary.Faults, outer.Boundary.Faults));
        Assert.Empty(outer.Log.Entries);
    }

    [Fact]
    public async Task A_deadline_is_kept_by_the_real_clock()
    {
        using var log = new RecordingLoggerFactory();
        using var boundary = new ModuleBoundary(
            new ModuleIdentity(ModuleKind.Mda, "x", "x", "x.dll"), new ModulesOptions { CallTimeout = TimeSpan.FromMilliseconds(200) }, log, TimeProvider.System);
        var never = new TaskCompletionSource<int>();
        var watch = Stopwatch.StartNew();
        var fault = await Assert.ThrowsAsync<ModuleFaultException>(
            async () => await boundary.CallAsync(Any, null, _ => new(never.Task), CancellationToken.None));
        Assert.True(fault.Abandoned);
        Assert.InRange(watch.ElapsedMilliseconds, 290, 20_000);
        never.SetResult(1);
        Assert.True(SpinWait.SpinUntil(() => boundary.Hanging == 0, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_token_that_a_module_keeps_is_never_cancelled_by_a_later_call()
    {
        using var bench = new Bench();
        var kept = new List<CancellationToken>();
        for (var i = 0; i < 100; i++)
        {
            await bench.Boundary.CallAsync(
                Any,
                null,
                token =>
                {
                    kept.Add(token);
                    return new(1);
                },
                CancellationToken.None);
        }

        bench.Module.Behaviour = Behaviour.HeedCancellation;
        var late = bench.CallAsync("FindAsync");
        await bench.PassUntilAsync(late);
        await Assert.ThrowsAsync<ModuleFaultException>(() => late);
        Assert.All(kept, token => Assert.False(token.IsCancellationRequested));
    }

    [Fact]
    public async Task Every_caller_gets_the_answer_to_its_own_call()
    {
        var calls = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 200_000 : 10_000;
        using var log = new RecordingLoggerFactory();
        using var boundary = new ModuleBoundary(
            new ModuleIdentity(ModuleKind.Mda, "x", "x", "x.dll"),
            new ModulesOptions { CallTimeout = TimeSpan.FromMilliseconds(50), HangLimit = 1_000_000 },
            log,
            TimeProvider.System);
        var stored = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < calls / 16; i++)
            {
                var expected = (worker * 1_000_000) + i;
                var shape = random.Next(100);
                using var caller = new CancellationTokenSource();
                var call = boundary.CallAsync(Any, null, token => Shape(shape, expected, token), caller.Token);
                if (shape % 7 == 0)
                    await caller.CancelAsync();
                try
                {
                    Assert.Equal(expected, await call);
                    Interlocked.Increment(ref stored);
                }
                catch (OperationCanceledException exception)
                {
                    Assert.True(caller.IsCancellationRequested);
                    Assert.Equal(caller.Token, exception.CancellationToken);
                }
                catch (ModuleFaultException fault)
                {
                    // a busy machine may be late with any call, so only those that threw tell whose they were
                    if (!fault.TimedOut && !fault.Abandoned)
                        Assert.True(fault.Message.Contains($"{expected}.", StringComparison.Ordinal), $"{expected} {fault.Message}");
                }
            }
        })));
        Assert.InRange(stored, calls / 2, calls);
        Assert.True(SpinWait.SpinUntil(() => boundary.Hanging == 0, TimeSpan.FromSeconds(60)));

        static async ValueTask<int> Late(int result, int delay, CancellationToken token)
        {
            await Task.Delay(delay, token);
            return result;
        }

        static ValueTask<int> Shape(int shape, int result, CancellationToken token) => shape switch
        {
            0 => Late(result, 120, CancellationToken.None),
            1 => Late(result, 120, token),
            < 5 => throw new InvalidDataException($"call {result}."),
            < 10 => Late(result, 0, token),
            < 15 => Late(result, 1, token),
            _ => new(result),
        };
    }

    [Fact]
    public async Task A_module_that_completes_its_task_twice_disturbs_no_other_call()
    {
        using var bench = new Bench();
        var broken = new TwiceCompleted();
        var first = bench.Boundary.CallAsync(Any, null, _ => new(broken, 0), CancellationToken.None);
        Assert.True(SpinWait.SpinUntil(() => broken.Continue is not null, TimeSpan.FromSeconds(60)));
        broken.Continue!();
        Assert.Equal(-1, await first);

        // whatever objects the first call left in the pool serve these
        var answers = Enumerable.Range(0, 10).Select(_ => new TaskCompletionSource<int>()).ToArray();
        using var entered = new CountdownEvent(answers.Length);
        var others = answers.Select(answer => bench.Boundary.CallAsync(
            Any,
            null,
            _ =>
            {
                entered.Signal();
                return new(answer.Task);
            },
            CancellationToken.None).AsTask()).ToArray();
        Assert.True(entered.Wait(TimeSpan.FromSeconds(60), CancellationToken.None));
        broken.Continue();
        for (var i = 0; i < answers.Length; i++)
            answers[i].SetResult(i);
        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(others));
    }

    [Fact]
    public async Task A_module_that_let_an_exception_escape_is_called_no_more_but_keeps_the_calls_that_it_has()
    {
        using var bench = new Bench();
        bench.Module.Behaviour = Behaviour.Hang;
        var inFlight = bench.CallAsync("DeliverAsync");
        await bench.Module.EnteredAsync();
        bench.Boundary.Fault("let an exception escape");
        bench.Boundary.Fault("let another one escape");

        bench.Module.Behaviour = Behaviour.Good;
        foreach (var call in Bench.AllCalls)
        {
            var refused = await Assert.ThrowsAsync<ModuleFaultException>(() => bench.CallAsync(call));
            Assert.True(refused is { Refused: true, Abandoned: false });
            Assert.Contains("let an exception escape", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal((2, "let another one escape", "let an exception escape"), (bench.Boundary.Faults, bench.Boundary.LastFault?.Text, bench.Boundary.FaultedBecause));
        Assert.Equal(bench.Clock.GetUtcNow(), bench.Boundary.LastFault?.At);
        var health = await bench.Instance.CheckHealthAsync(default);
        Assert.False(health.IsHealthy);
        Assert.StartsWith("faulted: it let an exception escape", health.Message, StringComparison.Ordinal);
        bench.Module.Release();
        Assert.NotNull(await inFlight);
    }

    [Fact]
    public async Task A_module_that_let_an_exception_escape_is_stopped_and_disposed_all_the_same()
    {
        using var bench = new Bench();
        await bench.Instance.StartAsync(default);
        bench.Boundary.Fault("let an exception escape");
        Assert.Null(await bench.Instance.StopAsync(default));
        await bench.Instance.DisposeAsync();
        Assert.Empty(bench.Log.Entries);
    }

    [Fact]
    public async Task What_a_call_that_was_given_up_comes_to_is_told_when_it_is_back()
    {
        using var bench = new Bench();
        bench.Module.Behaviour = Behaviour.Hang;
        var call = bench.CallAsync("DeliverAsync");
        await bench.PassUntilAsync(call);
        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => call);
        var late = Assert.IsAssignableFrom<Task<DeliveryResult?>>(fault.Late);
        Assert.False(late.IsCompleted);
        bench.Module.Release();
        Assert.Equal(DeliveryStatus.Stored, (await late.WaitAsync(TimeSpan.FromSeconds(60)))?.Status);
    }

    [Fact]
    public async Task Hanging_calls_that_come_back_do_not_make_up_for_an_exception_that_escaped()
    {
        using var bench = new Bench(new ModulesOptions { HangLimit = 1 });
        bench.Module.Behaviour = Behaviour.Hang;
        var call = bench.CallAsync("DeliverAsync");
        await bench.PassUntilAsync(call);
        bench.Boundary.Fault("let an exception escape");
        bench.Module.Release();
        Assert.True(SpinWait.SpinUntil(() => bench.Boundary.Hanging == 0, TimeSpan.FromSeconds(60)));
        Assert.True(bench.Boundary.IsFaulted);
        Assert.DoesNotContain(bench.Log.Entries, entry => entry.Text.Contains("it is called again", StringComparison.Ordinal));
        await Assert.ThrowsAsync<ModuleFaultException>(() => call);
    }

    private sealed class TwiceCompleted : IValueTaskSource<int>
    {
        public Action? Continue { get; private set; }

        public int GetResult(short token) => -1;

        public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            Continue = () => continuation(state);
    }
}
