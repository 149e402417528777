using System.Diagnostics;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

/// <summary>The pool of threads is one for the whole process: what blocks it holds up every other test.</summary>
[Collection(AloneCollection.Name)]
public sealed class BlockedThreadsTests
{
    private static readonly CallKind<Func<CancellationToken, ValueTask<int>>, int> Any = new("Any", static (call, token) => call(token));

    [Fact]
    public async Task Threads_that_a_module_blocks_do_not_stall_the_others()
    {
        using var log = new RecordingLoggerFactory();
        using var release = new ManualResetEventSlim();
        using var bad = new ModuleBoundary(new ModuleIdentity(ModuleKind.Mda, "bad", "x", "x.dll"), new ModulesOptions(), log, TimeProvider.System);
        using var good = new Bench();
        ThreadPool.GetMinThreads(out var before, out _);
        var blocked = Enumerable.Range(0, 60).Select(_ => bad.CallAsync(
            Any,
            null,
            _ =>
            {
                release.Wait(CancellationToken.None);
                return new(1);
            },
            CancellationToken.None).AsTask()).ToArray();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++)
            Assert.NotNull(await good.CallAsync("DeliverAsync"));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"took {watch.Elapsed}"); // by the pool alone: about half a minute
        release.Set();
        await Task.WhenAll(blocked);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                ThreadPool.GetMinThreads(out var after, out _);
                return after <= before;
            },
            TimeSpan.FromSeconds(60)));
    }
}
