using MailStore.LiteDb.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class UserLocksTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _clock = new();
    private readonly UserLocks _locks;

    public UserLocksTests() => _locks = new UserLocks(Lease, _clock);

    [Fact]
    public async Task A_lock_goes_to_those_who_wait_in_the_order_in_which_they_came()
    {
        var held = await LockAsync();
        var waiting = Enumerable.Range(0, 10).Select(_ => LockAsync()).ToList();
        foreach (var next in waiting)
        {
            Assert.False(next.IsCompleted);
            await held.DisposeAsync();
            held = await next;
            Assert.False(held.Lost.IsCancellationRequested);
        }

        await held.DisposeAsync();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task A_lock_whose_lease_ran_out_is_lost_and_goes_to_the_next()
    {
        var slow = await LockAsync();
        var next = LockAsync();
        _clock.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.False(slow.Lost.IsCancellationRequested);
        Assert.False(next.IsCompleted);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(slow.Lost.IsCancellationRequested);
        var second = await next;

        // The late one lets go of what he no longer holds: the second keeps it.
        await slow.DisposeAsync();
        await slow.DisposeAsync();
        var third = LockAsync();
        Assert.False(third.IsCompleted);
        await second.DisposeAsync();
        await (await third).DisposeAsync();
        Assert.False(second.Lost.IsCancellationRequested);
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task The_lease_of_who_waited_starts_when_he_gets_the_lock()
    {
        var first = await LockAsync();
        var next = LockAsync();
        _clock.Advance(Lease - TimeSpan.FromSeconds(1));
        await first.DisposeAsync();
        var second = await next;
        _clock.Advance(Lease - TimeSpan.FromSeconds(1));
        Assert.False(second.Lost.IsCancellationRequested);
        Assert.False(first.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_no_trace()
    {
        var held = await LockAsync();
        using var giveUp = new CancellationTokenSource();
        var impatient = _locks.LockAsync("alice", giveUp.Token).AsTask();
        var patient = LockAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await held.DisposeAsync();
        await (await patient).DisposeAsync();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Names_do_not_wait_for_each_other()
    {
        await using var alice = await LockAsync("alice");
        await using var bob = await LockAsync("bob");
        Assert.Equal(2, _locks.Count);
    }

    [Fact]
    public async Task In_a_storm_with_many_who_give_up_there_is_never_a_second_holder_and_never_a_leak()
    {
        var holders = 0;
        var got = 0;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 100; i++)
            {
                using var giveUp = new CancellationTokenSource();
                if (random.Next(2) == 0)
                    giveUp.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
                try
                {
                    await using var held = await _locks.LockAsync("alice", giveUp.Token);
                    Assert.Equal(1, Interlocked.Increment(ref holders));
                    Interlocked.Increment(ref got);
                    if (random.Next(4) == 0)
                        await Task.Yield();
                    Interlocked.Decrement(ref holders);
                }
                catch (OperationCanceledException)
                {
                    // gave up
                }
            }
        })));
        Assert.True(got > 0);
        Assert.Equal(0, _locks.Count);
    }

    private Task<IUserLock> LockAsync(string name = "alice") => _locks.LockAsync(name, default).AsTask();
}
