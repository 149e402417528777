using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class QuotaTests
{
    private const int HeaderSize = 31;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_mail_beyond_the_quota_is_turned_down_with_usage_and_limit()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1000));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(600), None)).Status);
        var result = await mailbox.DeliverAsync(Of(401), None);
        Assert.Equal(DeliveryStatus.OverQuota, result.Status);
        Assert.Contains("600 bytes of 1000", result.Detail, StringComparison.Ordinal);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(400), None)).Status);
        Assert.Equal(DeliveryStatus.OverQuota, (await mailbox.DeliverAsync(Of(5000), None)).Status);
        Assert.Equal(2, MaildirWorld.Files(world.AliceHome + "/new").Length);
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
        Assert.Equal("1000S\n0 0\n600 1\n400 1\n", await File.ReadAllTextAsync(world.AliceHome + "/maildirsize"));
        Assert.Equal(new MailboxUsage(1000, 2, 1000, null), await ((IMailboxUsage)mailbox).GetUsageAsync(None));
    }

    [Fact]
    public async Task Mails_are_counted_too()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(100_000), count: 2);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(100), None)).Status);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(100, "Lists"), None)).Status);
        Assert.Equal(DeliveryStatus.OverQuota, (await mailbox.DeliverAsync(Of(100), None)).Status);
        Assert.StartsWith("100000S,2C\n", await File.ReadAllTextAsync(world.AliceHome + "/maildirsize"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trash_is_not_counted()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1000));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(5000, "Trash"), None)).Status);
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(1000), None)).Status);
        Assert.Equal(1000, (await ((IMailboxUsage)mailbox).GetUsageAsync(None)).Bytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliveries_side_by_side_never_overrun_it_and_use_it_up(bool recountsMeanwhile)
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent, quota: new ByteSize(20_000));
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            if (recountsMeanwhile && i % 3 == 0)
                File.Delete(world.AliceHome + "/maildirsize");
            return await mailbox.DeliverAsync(Of(1000), None);
        })));
        Assert.Equal(20, results.Count(result => result.Status == DeliveryStatus.Stored));
        Assert.All(results.Where(result => result.Status != DeliveryStatus.Stored), result => Assert.Equal(DeliveryStatus.OverQuota, result.Status));
        Assert.Equal(20, MaildirWorld.Files(world.AliceHome + "/new").Length);
        Assert.Equal(20_000, (await ((IMailboxUsage)mailbox).GetUsageAsync(None)).Bytes);
    }

    [Theory]
    [InlineData("1000S\n         300           3\n-100 -1\n", 200)]      // Courier pads
    [InlineData("1000S,0C\n300 3\n", 300)]                             // Dovecot, in some versions
    [InlineData("2000S\n300 3\n", 500)]                                // of another limit: counted anew
    [InlineData("1000S\n300 3\nnonsense\n", 500)]
    [InlineData("1000S\n300 3", 500)]
    [InlineData("1000S\n-300 3\n", 500)]
    [InlineData("", 500)]
    public async Task What_others_wrote_is_understood_or_counted_anew(string text, long bytes)
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1000));
        await mailbox.DeliverAsync(Of(500), None);
        await File.WriteAllTextAsync(world.AliceHome + "/maildirsize", text);
        Assert.Equal(bytes, (await ((IMailboxUsage)mailbox).GetUsageAsync(None)).Bytes);
    }

    [Fact]
    public async Task A_file_beyond_5120_bytes_is_written_anew()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1_000_000));
        var file = world.AliceHome + "/maildirsize";
        await File.WriteAllTextAsync(file, "1000000S\n" + string.Concat(Enumerable.Repeat("100 1\n", 1000)));
        await mailbox.DeliverAsync(Of(500), None);
        Assert.Equal("1000000S\n0 0\n500 1\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Over_quota_it_is_counted_anew_after_a_quarter_of_an_hour_not_before()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1000));
        await mailbox.DeliverAsync(Of(900), None);
        // a reader that does not know of maildirsize
        foreach (var file in MaildirWorld.Files(world.AliceHome + "/new"))
            File.Delete(file);
        Assert.Equal(DeliveryStatus.OverQuota, (await mailbox.DeliverAsync(Of(900), None)).Status);
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(900), None)).Status);
    }

    [Fact]
    public async Task A_count_from_the_future_is_not_trusted_until_that_comes()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(1000));
        await mailbox.DeliverAsync(Of(900), None);
        foreach (var file in MaildirWorld.Files(world.AliceHome + "/new"))
            File.Delete(file);
        // the clock was hours ahead when it was written, and has been set right since
        File.SetLastWriteTimeUtc(world.AliceHome + "/maildirsize", DateTime.UtcNow.AddHours(5));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(900), None)).Status);
    }

    [Fact]
    public async Task The_count_goes_by_the_names_and_looks_at_files_only_where_these_say_nothing()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(100_000));
        await File.WriteAllTextAsync(world.AliceHome + "/cur/1.a.b,S=7000,W=7100:2,S", "compressed");
        await File.WriteAllTextAsync(world.AliceHome + "/new/2.a.b", "12345678");
        Directory.CreateDirectory(world.AliceHome + "/.Sub.Deep/cur");
        await File.WriteAllTextAsync(world.AliceHome + "/.Sub.Deep/cur/3.a.b,S=20:2,", "");
        var usage = await ((IMailboxUsage)mailbox).GetUsageAsync(None);
        Assert.Equal((7028, 3), (usage.Bytes, usage.Count));
    }

    [Fact]
    public async Task Without_a_limit_the_usage_is_told_and_no_file_is_kept()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Quota = new ByteSize(0), QuotaCount = 0 } };
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        await mailbox.DeliverAsync(Of(500), None);
        Assert.Equal(new MailboxUsage(500, 1, null, null), await ((IMailboxUsage)mailbox).GetUsageAsync(None));
        Assert.False(File.Exists(world.AliceHome + "/maildirsize"));
    }

    private static Mail Of(int size, string? folder = null) => MaildirWorld.Mail(new string('x', size - HeaderSize), folder);
}
