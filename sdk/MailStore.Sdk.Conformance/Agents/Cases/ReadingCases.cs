namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IReadableMailbox"/> promises.</summary>
internal static class ReadingCases
{
    private static readonly string[] NoIds =
        ["", " ", ".", "..", "/", "../x", "../passwd", "../../passwd", "../../../passwd", "../../../../passwd", "../../../../../passwd", "/etc/passwd", "a/../../passwd", "cur/..", "new/x", "./x", "..\\..\\passwd", "%2e%2e/passwd", "*", "?", "\n", "\u0001", "'", "0", "-1", "99999999999999999999", "ünïcödé", new('x', 5000)];

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("reading: a new mailbox is empty", AgentRequirements.ListIsWhole, (_, _, mailbox) => mailbox.ExpectAsync([])),
        AgentCase.Of("reading: in the order of arrival", AgentRequirements.ListOrder, OrderAsync),
        AgentCase.Of("reading: a mail under way is not seen", AgentRequirements.HalfIsNeverSeen, UnderWayAsync),
        AgentCase.Of("reading: the ids stay", AgentRequirements.IdStays, IdsStayAsync),
        AgentCase.Of("reading: new mails have no flags", AgentRequirements.Flags, FlagsAsync),
        AgentCase.Of("reading: ids that are none", AgentRequirements.IdFromOutside, NoIdsAsync),
        AgentCase.Of("reading: ids of another user", AgentRequirements.IdFromOutside, OthersIdsAsync),
        AgentCase.Of("reading: one mail many times at once", AgentRequirements.ReadAsDelivered, ManyTimesAsync),
        AgentCase.Of("reading: a listing that is not read to its end", AgentRequirements.ListIsWhole, NotToTheEndAsync),
    ];

    /// <summary>Ids from outside that are none in a mailbox with this one mail.</summary>
    public static IEnumerable<string> NotThere(string id) =>
        ((string[])[.. NoIds, "../" + id, id + "/", id + "/..", id + "x", "x/" + id]).Where(none => none != id);

    private static async Task OrderAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var first = DateTimeOffset.UtcNow.AddDays(-1);
        var stored = new List<DeliveryOutcome>();
        foreach (var letter in Letters.Many(12))
            stored.Add(await mailbox.DeliverAsync(letter with { Arrival = first.AddSeconds(stored.Count * 90) }));
        var listed = (await mailbox.ListAsync()).Select(mail => mail.Id).ToList();
        Expect.That(
            listed.SequenceEqual(stored.Select(outcome => outcome.StoredId)),
            $"mails that arrived in the order {string.Join(", ", stored.Select(outcome => outcome.StoredId))} are listed in the order {string.Join(", ", listed)}");
    }

    private static async Task UnderWayAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Reading;
        const int pieces = 10;
        const int size = 50_000;
        var isHalfRead = new TaskCompletionSource();
        var reads = 0;
        var letter = Letters.OfSize(pieces * size, 14, "a mail that is still being delivered") with
        {
            Form = ContentForm.Stream, ChunkSize = size, Pause = TimeSpan.FromMilliseconds(10), OnRead = number =>
            {
                Interlocked.Exchange(ref reads, number);
                SetAt(number, 6, isHalfRead);
            },
        };
        var delivery = mailbox.DeliverAsync(letter);
        await Task.WhenAny(isHalfRead.Task, delivery);
        if (!delivery.IsCompleted)
        {
            var seen = await mailbox.ListAsync();
            // one that was read to its end meanwhile may be there, also before its delivery has come back
            Expect.That(seen.Count == 0 || Volatile.Read(ref reads) >= pieces, $"ListAsync, while the only mail was still being read, listed {seen.Count} mail(s): {string.Join(", ", seen.Select(mail => mail.Id))}");
        }

        await mailbox.ExpectAsync([await delivery]);
    }

    private static void SetAt(int number, int at, TaskCompletionSource source)
    {
        if (number == at)
            source.TrySetResult();
    }

    private static async Task IdsStayAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        foreach (var letter in Letters.Many(5))
            await mailbox.DeliverAsync(letter);
        var ids = await IdsAsync(mailbox);
        ExpectSame(ids, await IdsAsync(mailbox), "again");
        await mailbox.DeliverAsync(Letters.Plain("one mail more"));
        ExpectSame(ids, [.. (await IdsAsync(mailbox)).Where(ids.Contains)], "when one mail more had come");
        await host.StopAsync();
        ExpectSame(ids, [.. (await IdsAsync((await world.StartAsync()).Open(mailbox.Record))).Where(ids.Contains)], "after a restart");
    }

    private static async Task FlagsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await mailbox.DeliverAsync(Letters.Plain());
        foreach (var mail in await mailbox.ListAsync())
            Expect.That(mail.Flags == MailFlags.None, $"a mail that was just delivered is listed with the flags {mail.Flags}");
    }

    private static async Task NoIdsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.DeliverAsync(Letters.Plain());
        foreach (var id in NotThere(stored.StoredId))
            await ExpectNullOrOwnAsync(world, mailbox, id, [stored]);
    }

    private static async Task OthersIdsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var other = await host.AddAsync(AgentWorld.Bob);
        var own = new List<DeliveryOutcome>();
        foreach (var letter in Letters.Many(3))
        {
            own.Add(await mailbox.DeliverAsync(letter));
            var foreign = await other.DeliverAsync(letter.Again());
            foreach (var id in (string[])[foreign.StoredId, $"../{AgentWorld.Bob}/{foreign.StoredId}", $"../bob/new/{foreign.StoredId}", $"../bob/{foreign.StoredId}"])
                await ExpectNullOrOwnAsync(world, mailbox, id, own);
        }
    }

    // a module that counts the mails of each mailbox gives the same ids to many users
    private static async Task ExpectNullOrOwnAsync(AgentWorld world, MailboxUnderTest mailbox, string id, IReadOnlyList<DeliveryOutcome> own)
    {
        var shown = id.Length > 40 ? id[..40] + "…" : id;
        var reading = mailbox.Reading;
        world.Context.Step($"OpenAsync of '{shown}'");
        await using var stream = await reading.OpenAsync(id, world.CancellationToken);
        if (stream is null)
            return;
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, world.CancellationToken);
        foreach (var outcome in own)
        {
            read.Position = 0;
            if (await ByteComparison.FindDifferenceAsync(outcome.Letter, read, world.CancellationToken) is null)
                return;
        }

        throw new ConformanceException(
            $"OpenAsync of '{shown}', which is no id of this mailbox, opened something that is not in it, and begins with {ByteComparison.Quote(read.ToArray())}, instead of giving null");
    }

    private static async Task ManyTimesAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var letter = Letters.OfSize(300_000, 10, "a mail that is opened many times at once");
        var stored = await mailbox.DeliverAsync(letter);
        var differences = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            await using var stream = await mailbox.OpenAsync(stored.StoredId);
            return await ByteComparison.FindDifferenceAsync(letter, stream, world.CancellationToken);
        }));
        var difference = differences.FirstOrDefault(found => found is not null);
        Expect.That(difference is null, $"{letter.What} is not read back as it was delivered: {difference}");
    }

    private static async Task NotToTheEndAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = new List<DeliveryOutcome>();
        foreach (var letter in Letters.Many(10))
            stored.Add(await mailbox.DeliverAsync(letter));
        for (var i = 0; i < 50; i++)
        {
            await foreach (var mail in mailbox.Reading.ListAsync(world.CancellationToken))
                break;
        }

        stored.Add(await mailbox.DeliverAsync(Letters.Plain("a mail after listings that were not read to their end")));
        await mailbox.ExpectAsync(stored);
    }

    private static async Task<List<string>> IdsAsync(MailboxUnderTest mailbox) => [.. (await mailbox.ListAsync()).Select(mail => mail.Id)];

    private static void ExpectSame(List<string> before, List<string> after, string when) => Expect.That(
        before.SequenceEqual(after), $"ListAsync listed {string.Join(", ", before)}, and {when}, {string.Join(", ", after)}");
}
