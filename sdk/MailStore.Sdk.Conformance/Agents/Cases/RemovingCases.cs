namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailboxImport.TryRemoveAsync"/> promises.</summary>
internal static class RemovingCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("removing: one mail, and no other", AgentRequirements.RemovesOne, OneAsync),
        AgentCase.Of("removing: a mail that is gone", AgentRequirements.NoSuchMail, GoneAsync),
        AgentCase.Of("removing: many at once", AgentRequirements.ImportIsThreadSafe, AtOnceAsync),
        AgentCase.Of("removing: the usage counts it no more", AgentRequirements.RemovesOne, CountedAsync),
        AgentCase.Of("removing: makes room in a full mailbox", AgentRequirements.RemovesOne, MakesRoomAsync),
        AgentCase.Of("removing: mails that are not there", $"{AgentRequirements.NoSuchMail} {AgentRequirements.IdFromOutside}", NotThereAsync),
        AgentCase.Of("removing: by ids of another user", AgentRequirements.IdFromOutside, OthersIdsAsync),
    ];

    private static async Task OneAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        List<DeliveryOutcome> stored =
        [
            .. await mailbox.Import.ImportAsync(Letters.Many(5).Select(letter => letter with { Flags = MailFlags.Seen | MailFlags.Flagged })),
            .. await mailbox.DeliverAllAsync(Letters.Many(5)),
            .. await mailbox.Import.ImportAsync([Letters.Plain("a mail in a folder") with { Folder = "Lists" }, Letters.OfSize(700_000, 3, "a large mail")]),
        ];
        foreach (var outcome in stored.Where((_, i) => i % 2 == 1).ToList())
        {
            await ExpectRemovedAsync(mailbox, outcome);
            stored.Remove(outcome);
            await mailbox.ExpectAsync(stored);
        }

        await host.StopAsync();
        await (await world.StartAsync()).Open(mailbox.Record).ExpectAsync(stored);
    }

    private static async Task GoneAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.Import.ImportAsync(Letters.Many(3));
        await ExpectRemovedAsync(mailbox, stored[1]);
        for (var i = 0; i < 3; i++)
            Expect.That(!await mailbox.Import.TryRemoveAsync(stored[1].StoredId), "TryRemoveAsync of a mail that was removed before gave true");
        Expect.That(!await mailbox.Import.TrySetFlagsAsync(stored[1].StoredId, MailFlags.Seen), "TrySetFlagsAsync of a mail that was removed before gave true");
        if (mailbox.Mailbox is IReadableMailbox readable)
            Expect.That(await readable.OpenAsync(stored[1].StoredId, world.CancellationToken) is null, "OpenAsync of a mail that was removed gave a stream");
        await mailbox.ExpectIfReadableAsync([stored[0], stored[2]], [stored[1]]);
    }

    private static async Task AtOnceAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = await mailbox.Import.ImportAsync(Letters.Many(20 * world.Context.Effort));
        var deliveries = mailbox.DeliverAllAsync(Letters.Many(10, "a mail that is delivered meanwhile"));
        var removed = stored.Where((_, i) => i % 2 == 0).ToList();
        await Task.WhenAll(removed.Select(outcome => ExpectRemovedAsync(mailbox, outcome)));
        await mailbox.ExpectIfReadableAsync([.. stored.Except(removed), .. await deliveries], removed);
    }

    private static async Task CountedAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var import = mailbox.Import;
        var usage = mailbox.Usage;
        await mailbox.DeliverAsync(Letters.OfSize(3000, 1, "a mail of 3000 bytes"));
        var before = await usage.GetUsageAsync(world.CancellationToken);
        var stored = await import.ImportAsync([Letters.OfSize(5000, 2, "a mail of 5000 bytes")]);
        await ExpectRemovedAsync(mailbox, stored[0]);
        await import.TryRemoveAsync(stored[0].StoredId);
        var after = await usage.GetUsageAsync(world.CancellationToken);
        Expect.That((after.Bytes, after.Count) == (before.Bytes, before.Count), $"GetUsageAsync gave {before}, and {after} after one more mail was imported and removed again");
    }

    private static async Task MakesRoomAsync(AgentWorld world)
    {
        if (!world.Context.Module.HasQuota)
            throw new NotOfferedException("the kit was told no setting by which it can limit a mailbox (AgentUnderTest.HasQuota)");
        var letter = Letters.OfSize(4000, 1, "one of the mails that a mailbox has room for three of");
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice, new ByteSize(3 * letter.Size));
        _ = mailbox.Import;
        List<DeliveryOutcome> stored = [.. await mailbox.DeliverAllAsync([letter.Again(), letter.Again(), letter.Again()])];
        for (var i = 0; i < 3; i++)
        {
            await ExpectRemovedAsync(mailbox, stored[0]);
            stored.RemoveAt(0);
            stored.Add(await mailbox.DeliverAsync(letter.Again()));
        }

        var refused = await mailbox.TryDeliverAsync(letter.Again());
        Expect.That(refused.Result is { Status: DeliveryStatus.OverQuota }, $"DeliverAsync into a mailbox that removed mails have left full {refused} instead of OverQuota");
        await mailbox.ExpectIfReadableAsync(stored, [refused]);
    }

    private static async Task NotThereAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Import;
        var stored = await mailbox.DeliverAsync(Letters.Plain());
        foreach (var id in ReadingCases.NotThere(stored.StoredId))
            Expect.That(!await mailbox.Import.TryRemoveAsync(id), $"TryRemoveAsync of '{id}', which is no id of this mailbox, gave true");
        world.ExpectNothingOutside();
        await mailbox.ExpectIfReadableAsync([stored]);
    }

    private static async Task OthersIdsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Import;
        var other = await host.AddAsync(AgentWorld.Bob);
        var stored = await other.DeliverAllAsync(Letters.Many(3, "another user's mail"));
        foreach (var id in stored.SelectMany(outcome => (string[])[outcome.StoredId, $"../{AgentWorld.Bob}/{outcome.StoredId}", $"../bob/{outcome.StoredId}", $"../../bob/new/{outcome.StoredId}"]))
            await mailbox.Import.TryRemoveAsync(id);
        await other.ExpectIfReadableAsync(stored);
    }

    private static async Task ExpectRemovedAsync(MailboxUnderTest mailbox, DeliveryOutcome outcome) => Expect.That(
        await mailbox.Import.TryRemoveAsync(outcome.StoredId), $"TryRemoveAsync of '{outcome.StoredId}', which is there, gave false");
}
