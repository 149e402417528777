using System.Buffers;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

public sealed class MailBudgetTests : IDisposable
{
    private readonly SpoolFolder _spool = new();

    public void Dispose() => _spool.Dispose();

    [Fact]
    public async Task A_mail_that_finds_no_memory_left_goes_to_a_file_and_gives_back_what_it_took()
    {
        var budget = new MailBudget(memory: 10_000, perMail: 1 << 20, spool: 1 << 20);
        using var first = new MailBuffer(_spool.Path, 1 << 20, budget);
        first.Write(new byte[8_000]);
        await first.FlushAsync(default);
        Assert.False(first.IsSpooled);
        Assert.InRange(budget.MemoryInUse, 8_000, 10_000);

        var second = new MailBuffer(_spool.Path, 1 << 20, budget);
        second.Write(new byte[8_000]);
        await second.FlushAsync(default);
        Assert.True(second.IsSpooled);
        Assert.Equal(8_000, second.Length);
        Assert.Equal(8_000, budget.SpoolInUse);
        second.Dispose();
        second.Dispose();
        Assert.Equal(0, budget.SpoolInUse);
        first.Dispose();
        Assert.Equal(0, budget.MemoryInUse);
    }

    [Fact]
    public async Task Files_have_a_budget_too_and_beyond_it_storage_is_full()
    {
        var budget = new MailBudget(memory: 0, perMail: 0, spool: 10_000);
        using var first = new MailBuffer(_spool.Path, 0, budget);
        first.Write(new byte[8_000]);
        await first.FlushAsync(default);
        var second = new MailBuffer(_spool.Path, 0, budget);
        second.Write(new byte[8_000]);
        Assert.True((await Assert.ThrowsAsync<TemporaryFailureException>(() => second.FlushAsync(default).AsTask())).StorageFull);
        second.Dispose();
        Assert.Equal(8_000, budget.SpoolInUse);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1_000, true)]
    [InlineData(1_001, true)]
    [InlineData(4_999, true)]
    [InlineData(5_000, false)]
    public void There_is_room_in_memory_or_on_the_disk(long size, bool hasRoom) =>
        Assert.Equal(hasRoom, new MailBudget(memory: 10_000, perMail: 1_000, spool: 1 << 20, () => 5_000).HasRoomFor(size));

    [Fact]
    public void A_full_disk_leaves_room_for_small_mails_and_used_up_memory_room_on_the_disk()
    {
        var budget = new MailBudget(memory: 10_000, perMail: 1_000, spool: 20_000, () => 0);
        Assert.True(budget.HasRoomFor(900));
        Assert.False(budget.HasRoomFor(1_100));
        Assert.True(budget.TryTakeMemory(10_000));
        Assert.False(budget.TryTakeMemory(1));
        Assert.False(budget.HasRoomFor(0));

        budget = new MailBudget(memory: 0, perMail: 1_000, spool: 20_000);
        Assert.True(budget.HasRoomFor(0));
        Assert.True(budget.TryTakeSpool(20_000));
        Assert.False(budget.HasRoomFor(0));
    }

    [Fact]
    public void The_free_space_of_a_folder_that_is_not_there_yet_is_that_of_the_one_above() =>
        Assert.InRange(new FreeDisk(Path.Combine(_spool.Path, "not", "there"), TimeProvider.System).Bytes(), 1, long.MaxValue - 1);
}
