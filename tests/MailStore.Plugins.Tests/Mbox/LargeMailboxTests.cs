using System.Diagnostics;
using System.Globalization;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>Looks at the memory of the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class LargeMailboxTests
{
    [Fact]
    public async Task A_mailbox_of_100_000_mails_shows_its_first_line_within_a_second_and_takes_little_memory()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var id = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail($"Subject: many\n\n{new string('m', 1000)}\n"));
        var one = await File.ReadAllTextAsync(world.AliceFile);
        await using (var file = File.CreateText(world.AliceFile))
        {
            for (var i = 0; i < 100_000; i++)
                await file.WriteAsync(one.Replace(id, i.ToString("x32", CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }

        var fresh = await world.MailboxAsync(await world.StartAsync());
        GC.Collect();
        var before = GC.GetTotalMemory(true);
        var watch = Stopwatch.StartNew();
        TimeSpan? first = null;
        var count = 0;
        await foreach (var mail in fresh.ListAsync(default))
        {
            first ??= watch.Elapsed;
            Assert.Equal(count++.ToString("x32", CultureInfo.InvariantCulture), mail.Id);
        }

        Assert.Equal(100_000, count);
        // a busy machine is slow with the first line as with all
        Assert.True(first < TimeSpan.FromSeconds(1) || first < watch.Elapsed / 4, $"the first line came after {first}, the last after {watch.Elapsed}");
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 40_000_000);

        // opened in their order none is searched for from the start
        watch.Restart();
        count = 0;
        await foreach (var mail in fresh.ListAsync(default))
        {
            if (count++ is < 95_000 or > 97_000)
                continue;
            await using var stream = await fresh.OpenAsync(mail.Id, default);
            Assert.NotNull(stream);
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"it took {watch.Elapsed}");
        await using var last = await fresh.OpenAsync(99_999.ToString("x32", CultureInfo.InvariantCulture), default);
        Assert.NotNull(last);
    }
}
