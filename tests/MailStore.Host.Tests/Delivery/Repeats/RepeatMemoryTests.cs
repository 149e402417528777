using MailStore.Host.Delivery.Repeats;
using MailStore.Host.Tests.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Delivery.Repeats;

/// <summary>What was stored, and for how long that is known.</summary>
public sealed class RepeatMemoryTests : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("mailstore-repeats-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly RecordingLoggerFactory _log = new();

    private string File => Path.Combine(_directory, "repeats");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_was_stored_is_known_until_the_window_is_over()
    {
        using var memory = Open();
        await StoreAsync(memory, 1);
        _clock.Advance(Window - TimeSpan.FromSeconds(1));
        Assert.True(await memory.WasStoredAsync(Key(1), default));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await StoreAsync(memory, 1);
    }

    [Fact]
    public async Task What_was_not_stored_is_not_known()
    {
        using var memory = Open();
        Assert.False(await memory.WasStoredAsync(Key(1), default));
        memory.End(Key(1), stored: false);
        await StoreAsync(memory, 1);
    }

    [Fact]
    public async Task A_repeat_waits_for_the_delivery_that_is_under_way()
    {
        using var memory = Open();
        Assert.False(await memory.WasStoredAsync(Key(1), default));
        var repeats = Enumerable.Range(0, 5).Select(_ => memory.WasStoredAsync(Key(1), default).AsTask()).ToList();
        await Task.Delay(20);
        Assert.DoesNotContain(repeats, repeat => repeat.IsCompleted);
        await StoreAsync(memory, 2);
        memory.End(Key(1), stored: true);
        Assert.All(await Task.WhenAll(repeats), Assert.True);
    }

    [Fact]
    public async Task Of_those_that_wait_one_goes_on_where_the_delivery_failed()
    {
        using var memory = Open();
        Assert.False(await memory.WasStoredAsync(Key(1), default));
        var repeats = Enumerable.Range(0, 5).Select(_ => memory.WasStoredAsync(Key(1), default).AsTask()).ToList();
        memory.End(Key(1), stored: false);
        var first = await Task.WhenAny(repeats);
        Assert.False(await first);
        await Task.Delay(20);
        Assert.Equal(1, repeats.Count(repeat => repeat.IsCompleted));
        memory.End(Key(1), stored: true);
        repeats.Remove(first);
        Assert.All(await Task.WhenAll(repeats), Assert.True);
    }

    [Fact]
    public async Task Waiting_is_given_up_by_cancellation()
    {
        using var memory = Open();
        Assert.False(await memory.WasStoredAsync(Key(1), default));
        using var source = new CancellationTokenSource();
        var repeat = memory.WasStoredAsync(Key(1), source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => repeat);
        memory.End(Key(1), stored: true);
        Assert.True(await memory.WasStoredAsync(Key(1), default));
    }

    [Fact]
    public async Task A_delivery_that_does_not_end_is_not_waited_for_without_end_and_still_counts_when_it_does()
    {
        using var memory = Open();
        Assert.False(await memory.WasStoredAsync(Key(1), default));
        var repeat = memory.WasStoredAsync(Key(1), default).AsTask();
        _clock.Advance(Patience);
        await Assert.ThrowsAsync<TemporaryFailureException>(() => repeat.WaitAsync(TimeSpan.FromMinutes(1)));
        memory.End(Key(1), stored: true);
        Assert.True(await memory.WasStoredAsync(Key(1), default));
    }

    [Fact]
    public async Task It_survives_a_kill()
    {
        // as after a kill, the first one is never closed
        var killed = Open();
        for (uint i = 0; i < 1000; i++)
            await StoreAsync(killed, i);
        using var memory = Open();
        for (uint i = 0; i < 1000; i++)
            Assert.True(await memory.WasStoredAsync(Key(i), default));
        await StoreAsync(memory, 1000);
        _clock.Advance(Window);
        using var later = Open();
        await StoreAsync(later, 1);
        killed.Dispose();
    }

    [Fact]
    public async Task It_is_bounded_in_memory_and_on_disk_and_forgets_the_oldest()
    {
        const int Limit = 1600;
        using (var memory = Open(Limit))
        {
            for (uint i = 0; i < 10 * Limit; i++)
                await StoreAsync(memory, i);
            Assert.True(new FileInfo(File).Length <= Limit * 24);
            Assert.True(new FileInfo(File + ".old").Length <= Limit * 24);
            for (uint i = (10 * Limit) - (Limit / 4); i < 10 * Limit; i++)
                Assert.True(await memory.WasStoredAsync(Key(i), default));
            var known = 0;
            for (uint i = 0; i < 10 * Limit; i++)
            {
                if (await memory.WasStoredAsync(Key(i), default))
                    known++;
                else
                    memory.End(Key(i), stored: false);
            }

            Assert.InRange(known, Limit / 4, Limit + 16);
        }

        using var again = Open(Limit);
        Assert.True(await again.WasStoredAsync(Key((10 * Limit) - 1), default));
    }

    [Fact]
    public async Task What_a_power_cut_tore_is_forgotten_and_nothing_else_is_believed()
    {
        using (var memory = Open())
        {
            for (uint i = 0; i < 10; i++)
                await StoreAsync(memory, i);
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        bytes.AsSpan(3 * 24, 24).Clear();
        bytes[(5 * 24) + 7] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, [.. bytes[..^5]]);
        using var torn = Open();
        for (uint i = 0; i < 10; i++)
            Assert.Equal(i is not (3 or 5 or 9), await torn.WasStoredAsync(Key(i), default));
        Assert.False(await torn.WasStoredAsync(new RepeatKey(0, 0), default));
        torn.End(Key(9), stored: true);
        using var again = Open();
        Assert.True(await again.WasStoredAsync(Key(9), default));
    }

    [Fact]
    public async Task Processes_that_share_the_file_do_not_write_over_each_other()
    {
        using (var one = Open())
        using (var other = Open())
        {
            for (uint i = 0; i < 100; i++)
                await StoreAsync(i % 3 == 0 ? one : other, i);
        }

        using var again = Open();
        for (uint i = 0; i < 100; i++)
            Assert.True(await again.WasStoredAsync(Key(i), default), $"{i} is forgotten");
    }

    [Fact]
    public async Task Processes_that_store_one_mail_each_do_not_let_it_grow_without_end()
    {
        const int Limit = 100;
        for (uint i = 0; i < 5 * Limit; i++)
        {
            using var memory = Open(Limit);
            await StoreAsync(memory, i);
        }

        Assert.InRange(new FileInfo(File).Length, 24, Limit * 24);
        Assert.InRange(new FileInfo(File + ".old").Length, 24, Limit * 24);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        using var last = Open(Limit);
        Assert.True(await last.WasStoredAsync(Key((5 * Limit) - 1), default));
    }

    [Fact]
    public async Task Without_a_place_for_the_file_it_goes_on_and_says_so_once()
    {
        Directory.CreateDirectory(File);
        using var memory = Open();
        await StoreAsync(memory, 1);
        await StoreAsync(memory, 2);
        Assert.True(await memory.WasStoredAsync(Key(1), default));
        Assert.Contains(File, Assert.Single(_log.Entries).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_once_store_each_mail_once()
    {
        var memory = Open();
        var stored = new int[50];
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancellationToken) =>
        {
            var number = i % stored.Length;
            if (await memory.WasStoredAsync(Key((uint)number), cancellationToken))
                return;
            await Task.Yield();
            // every third try fails
            var succeeds = i % 3 != 0;
            if (succeeds)
                Interlocked.Increment(ref stored[number]);
            memory.End(Key((uint)number), succeeds);
        });
        Assert.All(stored, count => Assert.Equal(1, count));
        memory.Dispose();
        using var again = Open();
        for (uint i = 0; i < stored.Length; i++)
            Assert.True(await again.WasStoredAsync(Key(i), default));
    }

    private static RepeatKey Key(uint number) => new((number + 1) * 0xD1B54A32D192ED03, number * 0x9E3779B97F4A7C15);

    private static async Task StoreAsync(RepeatMemory memory, uint number)
    {
        Assert.False(await memory.WasStoredAsync(Key(number), default), $"{number} was known");
        memory.End(Key(number), stored: true);
    }

    private RepeatMemory Open(int limit = 1_000_000) => new(_directory, Window, limit, Patience, _log, _clock);
}
