using MailStore.Maildir.Workers;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class WorkerPoolTests
{
    [Fact]
    public async Task Work_runs_side_by_side_up_to_the_limit_and_off_the_thread_pool()
    {
        using var pool = new WorkerPool("test", 4);
        using var all = new CountdownEvent(4);
        using var gate = new ManualResetEventSlim();
        var runs = Enumerable.Range(0, 12).Select(i => pool.RunAsync(
            () =>
            {
                if (i < 4)
                    all.Signal();
                gate.Wait();
                return Thread.CurrentThread;
            },
            CancellationToken.None)).ToList();
        Assert.True(all.Wait(TimeSpan.FromSeconds(60)));
        gate.Set();
        var threads = await Task.WhenAll(runs);
        Assert.Equal(4, threads.Distinct().Count());
        Assert.All(threads, thread => Assert.False(thread.IsThreadPoolThread));
        await pool.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_waits_behind_work_that_hangs_can_be_cancelled_and_is_then_never_run()
    {
        using var pool = new WorkerPool("test", 1);
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var hanging = pool.RunAsync(gate.Wait, CancellationToken.None);
        var hasRun = false;
        var waiting = pool.RunAsync(() => hasRun = true, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Set();
        await hanging;
        await pool.StopAsync(CancellationToken.None);
        Assert.False(hasRun);
    }

    [Fact]
    public async Task Stopping_finishes_what_waits_but_does_not_wait_for_ever()
    {
        var pool = new WorkerPool("test", 1);
        var done = Enumerable.Range(0, 5).Select(i => pool.RunAsync(() => i, CancellationToken.None)).ToList();
        await pool.StopAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 5), await Task.WhenAll(done));
        Assert.Throws<ObjectDisposedException>(() => { _ = pool.RunAsync(() => 0, CancellationToken.None); });

        using var stuck = new WorkerPool("test", 1);
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var hanging = stuck.RunAsync(
            () =>
            {
                begun.Set();
                gate.Wait();
            },
            CancellationToken.None);
        Assert.True(begun.Wait(TimeSpan.FromSeconds(60)));
        var waiting = stuck.RunAsync(() => 0, CancellationToken.None);
        await stuck.StopAsync(new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Set();
        await hanging;
    }

    [Fact]
    public async Task An_exception_goes_to_the_caller_and_the_thread_lives_on()
    {
        using var pool = new WorkerPool("test", 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pool.RunAsync<int>(() => throw new InvalidOperationException(), CancellationToken.None));
        Assert.Equal(7, await pool.RunAsync(() => 7, CancellationToken.None));
    }
}
