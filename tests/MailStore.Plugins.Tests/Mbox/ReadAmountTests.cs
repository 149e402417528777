using System.Globalization;
using MailStore.Mbox;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Reading;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>How much of a file is read, and held in memory, to list and to count what is in it: by what the kernel tells of the thread that does it.</summary>
public sealed class ReadAmountTests
{
    private const int Count = 1000;

    public static TheoryData<string, int, double> Boxes => new()
    {
        // of the file's size, at most: once, or next to nothing
        { "", 4_000, 1.2 },
        { "", 200_000, 0.3 },
        // what a mail program has written into has to be gone through
        { "Status: RO\nX-UID: 7\n", 4_000, 1.3 },
        { "Status: RO\nX-UID: 7\n", 100_000, 3 },
    };

    [Theory, MemberData(nameof(Boxes))]
    public async Task A_file_is_read_in_order_and_no_more_of_it_than_is_needed(string fields, int size, double most)
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var id = await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail($"Subject: many\n\n{string.Concat(Enumerable.Repeat("Frequently asked questions, and the answers.\n", size / 45))}"));
        var one = (await File.ReadAllTextAsync(world.AliceFile)).Replace("Subject: ", fields + "Subject: ", StringComparison.Ordinal);
        var count = size > 10_000 ? Count / 10 : Count;
        await using (var writer = File.CreateText(world.AliceFile))
        {
            for (var i = 0; i < count; i++)
                await writer.WriteAsync(one.Replace(id, i.ToString("x32", CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }

        var (length, flags) = (new FileInfo(world.AliceFile).Length, fields.Length == 0 ? MailFlags.None : MailFlags.Seen);
        Assert.True(new FileLocker(new MboxOptions(), NullLogger.Instance).TryLock(world.AliceFile, isShared: true, out var file));
        using (file)
        {
            UsageCount.Of(file!.Handle, length);
            var listed = new List<StoredMail>();
            var (read, allocated) = Measure(() =>
            {
                var listing = new Listing(new Whereabouts());
                while (!listing.IsOver)
                    listed.AddRange(listing.Read(file, new BoxState(file.Status, null)));
            });
            Assert.Equal((count, true), (listed.Count, listed.TrueForAll(mail => mail.Flags == flags)));
            Assert.InRange(read, 1, (long)(length * most));
            // as much for each mail, however large it is
            Assert.InRange(allocated, 1, count * 6_000L);

            Usage usage = default;
            (read, _) = Measure(() => usage = UsageCount.Of(file.Handle, length));
            Assert.Equal(new Usage(listed.Sum(mail => mail.Size), count), usage);
            Assert.InRange(read, 1, (long)(length * most));
        }
    }

    private static (long Read, long Allocated) Measure(Action work)
    {
        var (read, allocated) = (BytesRead(), GC.GetAllocatedBytesForCurrentThread());
        work();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return (BytesRead() - read, allocated);
    }

    private static long BytesRead() =>
        long.Parse(File.ReadLines("/proc/thread-self/io").Single(line => line.StartsWith("rchar: ", StringComparison.Ordinal)).AsSpan(7), CultureInfo.InvariantCulture);
}
