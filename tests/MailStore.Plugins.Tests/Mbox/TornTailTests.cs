using System.Text;
using MailStore.Mbox;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>What a crash leaves of a batch: any first part of it, and any pages of it, the others NULs.</summary>
public sealed class TornTailTests
{
    private const int Page = 4096;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    private byte[] _wholeBytes = [];

    public static TheoryData<string> Befores => ["nothing", "ours", "ours with flags", "foreign", "foreign without empty line", "page end"];

    [Theory, MemberData(nameof(Befores))]
    public async Task Whatever_prefix_of_a_batch_is_there_is_cut_back_to_whole_mails(string before)
    {
        await using var world = new MboxWorld();
        var (whole, start, ends, kept) = await BatchAsync(world, before, 700, 900);
        for (var length = start; length <= whole.Length; length += IsLong || length < start + 400 ? 1 : 7)
            await CheckAsync(world, whole[..(int)length], start, ends, kept, $"{before}, {length - start} bytes of the batch");
    }

    [Theory, MemberData(nameof(Befores))]
    public async Task Whatever_pages_of_a_batch_are_missing_it_is_cut_back_to_whole_mails(string before)
    {
        await using var world = new MboxWorld();
        var (whole, start, ends, kept) = await BatchAsync(world, before, 3000, 9000);
        // of the first page the bytes before the batch are durable
        var first = start / Page;
        var pages = (int)(((whole.Length + Page - 1) / Page) - first);
        Assert.InRange(pages, 3, 10);
        for (var missing = 1; missing < 1 << pages; missing++)
        {
            var torn = whole.ToArray();
            for (var page = 0; page < pages; page++)
            {
                if ((missing & (1 << page)) == 0)
                    continue;
                var from = Math.Max(start, (first + page) * Page);
                torn.AsSpan((int)from, (int)(Math.Min(whole.Length, (first + page + 1) * Page) - from)).Clear();
            }

            await CheckAsync(world, torn, start, ends, kept, $"{before}, pages {missing:b} of {pages} missing");
            if (missing % 3 == 0)
                await CheckAsync(world, torn[..((int)start + (missing * 37 % (int)(whole.Length - start)))], start, ends, kept, $"{before}, pages {missing:b} of {pages} missing, and cut");
        }
    }

    [Fact]
    public async Task What_others_wrote_is_never_cut_off()
    {
        await using var world = new MboxWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: one\n\nbody of one\n"));
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: two\n\nbody of two\n"));
        var ours = await File.ReadAllTextAsync(world.AliceFile);
        string[] foreign =
        [
            ours.Replace("body of two", "edited", StringComparison.Ordinal),
            ours.Replace("body of two\n\n", "no empty line\n", StringComparison.Ordinal),
            ours.Replace("body of two\n\n", "no line end", StringComparison.Ordinal),
            ours.Replace("Subject: two\n", "Subject: two\nStatus: RO\nX-Status: AF\nX-Keywords: Junk\n", StringComparison.Ordinal),
            ours[ours.IndexOf("\nFrom ", StringComparison.Ordinal)..][1..],
            ours + "From x@y Wed Jun  3 12:05:06 2026\nSubject: three\n\nfrom procmail\n\n",
            ours + "From x@y Wed Jun  3 12:05:06 2026\nSubject: three\n\nFrom here on, \0\0 not at the end of a block\n\n",
            ours + "From x@y Wed Jun  3 12:05:06 2026\nX-Mailer: three\n\n",
            ours + "From x@y Wed Jun  3 12:05:06 2026\n\n",
            ours + "a line that somebody appended by hand\n",
            ours + "From a line that somebody appended by hand\n",
            "Subject: no mbox at all\n",
            "From x@y Wed Jun  3 12:05:06 2026\nX-MailStore: not by us\n\nbody\n\n",
            "From x@y Wed Jun  3 12:05:06 2026\nX-MailStore: 0198 10 10 00000000 .\nSubject: x\n\nnot what it says\n\n",
        ];
        foreach (var text in foreign)
        {
            await File.WriteAllTextAsync(world.AliceFile, text);
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: next\n\nbody\n"));
            var after = await File.ReadAllTextAsync(world.AliceFile);
            Assert.StartsWith(text, after, StringComparison.Ordinal);
            Assert.StartsWith(text.EndsWith("\n\n", StringComparison.Ordinal) ? "From bob" : text.EndsWith('\n') ? "\nFrom bob" : "\n\nFrom bob", after[text.Length..], StringComparison.Ordinal);
            Assert.Equal("Subject: next\n\nbody\n", (await MboxWorld.ReadAllAsync(mailbox))[^1]);
        }

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!, ".*torn*"));
    }

    [Fact]
    public async Task What_may_be_anothers_is_kept_beside_and_goes_with_the_mailbox()
    {
        await using var world = new MboxWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        await File.AppendAllTextAsync(world.AliceFile, "From x@y Wed J");
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
        Assert.Equal(2, (await MboxWorld.ListAsync(mailbox)).Count);
        var kept = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!, ".alice.torn-*"));
        Assert.Equal("From x@y Wed J", await File.ReadAllTextAsync(kept));
        await mailbox.RemoveAllAsync(default);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!));
    }

    private async Task CheckAsync(MboxWorld world, byte[] torn, long start, long[] ends, string[] kept, string what)
    {
        await File.WriteAllBytesAsync(world.AliceFile, torn);
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var whole = ends.TakeWhile(end => end <= torn.Length && IsSame(torn, end)).Count();

        // a reader sees whole mails only, and changes nothing
        var seen = await MboxWorld.ReadAllAsync(mailbox);
        Assert.True(seen.SequenceEqual(kept[..(kept.Length - ends.Length + whole)]), $"{what}: read {seen.Count} mails: {string.Join('|', seen.Select(mail => mail[..Math.Min(20, mail.Length)]))}");
        await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail("Subject: the next one\n\nbody\n"));
        seen = await MboxWorld.ReadAllAsync(mailbox);
        Assert.True(seen.SequenceEqual([.. kept[..(kept.Length - ends.Length + whole)], "Subject: the next one\n\nbody\n"]), $"{what}: after the next delivery there are {seen.Count} mails");

        // nothing of the torn ones is left, and what stood before is untouched
        var file = await File.ReadAllBytesAsync(world.AliceFile);
        var cut = whole == 0 ? start : ends[whole - 1];
        Assert.True(file.AsSpan(0, (int)start).SequenceEqual(torn.AsSpan(0, (int)start)), what);
        Assert.True(Encoding.Latin1.GetString(file, (int)cut, file.Length - (int)cut).TrimStart('\n').StartsWith("From bob@example.net ", StringComparison.Ordinal), what);
        await world.StopAsync(agent);

        bool IsSame(byte[] bytes, long end) => bytes.AsSpan((int)start, (int)(end - start)).SequenceEqual(_wholeBytes.AsSpan((int)start, (int)(end - start)));
    }

    /// <summary>A file with a batch at its end that nobody has confirmed.</summary>
    private async Task<(byte[] Whole, long Start, long[] Ends, string[] Mails)> BatchAsync(MboxWorld world, string before, int small, int large)
    {
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var mails = new List<string>();
        if (before.StartsWith("ours", StringComparison.Ordinal) || before == "page end")
        {
            mails.Add("Subject: before\n\nFrom the beginning\n");
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mails[0]));
        }

        if (before == "page end")
        {
            // the batch begins with a page
            var length = new FileInfo(world.AliceFile).Length;
            var probe = "Subject: filler\n\n\n";
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(probe));
            var rest = Page - (int)new FileInfo(world.AliceFile).Length;
            await File.WriteAllBytesAsync(world.AliceFile, (await File.ReadAllBytesAsync(world.AliceFile))[..(int)length]);
            mails.Add($"Subject: filler\n\n{new string('f', rest - 4)}\n");
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mails[1]));
            var more = Page - (int)new FileInfo(world.AliceFile).Length;
            await File.WriteAllBytesAsync(world.AliceFile, (await File.ReadAllBytesAsync(world.AliceFile))[..(int)length]);
            mails[1] = $"Subject: filler\n\n{new string('f', rest - 4 + more)}\n";
            await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(mails[1]));
            Assert.Equal(Page, new FileInfo(world.AliceFile).Length);
        }

        if (before == "ours with flags")
            await File.WriteAllTextAsync(world.AliceFile, (await File.ReadAllTextAsync(world.AliceFile)).Replace("Subject: before\n", "Subject: before\nStatus: RO\n", StringComparison.Ordinal));
        if (before.StartsWith("foreign", StringComparison.Ordinal))
        {
            mails.Add("Subject: foreign\n\nbody\n");
            await File.WriteAllTextAsync(world.AliceFile, $"From x@y Wed Jun  3 12:05:06 2026\n{mails[0]}{(before == "foreign" ? "\n" : "")}");
        }

        var start = new FileInfo(world.AliceFile).Length;
        var ends = new List<long>();
        foreach (var content in (string[])[$"Subject: m1\n\n{new string('a', small)}\n", "Subject: m2\n", $"Subject: m3\n\n\0\0From x\n\n{new string('\0', 50)}\nFrom y", $"Subject: m4\n\n{string.Concat(Enumerable.Repeat("line\n\n", large / 6))}"])
        {
            mails.Add(content);
            // of those that are imported one has flags before it
            if (content.StartsWith("Subject: m2", StringComparison.Ordinal))
                Assert.Equal(DeliveryStatus.Stored, Assert.Single(await mailbox.ImportAsync([MboxWorld.Mail(content, MailFlags.Seen | MailFlags.Flagged)], default)).Status);
            else
                await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail(content));
            ends.Add(new FileInfo(world.AliceFile).Length);
        }

        await world.StopAsync(agent);
        // as if none of them had been confirmed
        var whole = await File.ReadAllBytesAsync(world.AliceFile);
        var text = Encoding.Latin1.GetString(whole);
        for (var at = text.IndexOf("X-MailStore: ", (int)start, StringComparison.Ordinal); at >= 0; at = text.IndexOf("X-MailStore: ", at + 1, StringComparison.Ordinal))
            whole[text.IndexOf('\n', at) - 1] = (byte)'?';
        _wholeBytes = whole;
        return (whole, start, [.. ends], [.. mails]);
    }
}
