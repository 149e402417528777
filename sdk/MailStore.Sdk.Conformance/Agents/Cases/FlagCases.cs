namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailboxImport.TrySetFlagsAsync"/> promises.</summary>
internal static class FlagCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("flags: are set and taken away", AgentRequirements.SetsFlags, SetAsync),
        AgentCase.Of("flags: of many mails at once", AgentRequirements.ImportIsThreadSafe, AtOnceAsync),
        AgentCase.Of("flags: after a host that was killed", AgentRequirements.ImportIsDurable, KilledAsync),
        AgentCase.Of("flags: of mails that are not there", $"{AgentRequirements.NoSuchMail} {AgentRequirements.IdFromOutside}", NotThereAsync),
        AgentCase.Of("flags: by ids of another user", AgentRequirements.IdFromOutside, OthersIdsAsync),
    ];

    private static IEnumerable<MailFlags> Sets => [.. Enum.GetValues<MailFlags>(), MailboxFidelity.Full.Flags, MailFlags.Draft | MailFlags.Deleted, MailFlags.Seen, MailFlags.None];

    private static async Task SetAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var kept = (await mailbox.Import.GetFidelityAsync()).Flags;
        // neighbours on both sides, to see that neither they nor the order change
        var delivered = await mailbox.DeliverAllAsync(Letters.Many(3, "a mail that was delivered"));
        var imported = await mailbox.Import.ImportAsync(Letters.Many(3, "a mail that was imported").Select(letter => letter with { Flags = MailFlags.Answered }));
        List<DeliveryOutcome> all = [.. delivered, .. imported];
        var before = (await mailbox.ListAsync()).ToList();
        foreach (var (outcome, flags) in Sets.SelectMany(flags => (IEnumerable<(DeliveryOutcome, MailFlags)>)[(delivered[1], flags), (imported[1], flags)]))
        {
            Expect.That(await mailbox.Import.TrySetFlagsAsync(outcome.StoredId, flags), $"TrySetFlagsAsync of '{outcome.StoredId}', which is there, gave false");
            before = before.ConvertAll(mail => mail.Id == outcome.StoredId ? mail with { Flags = flags & kept } : mail);
            var after = await mailbox.ListAsync();
            var at = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
            Expect.That(
                before.SequenceEqual(after),
                $"after TrySetFlagsAsync of '{outcome.StoredId}' to {flags}, of which the mailbox keeps {flags & kept}, ListAsync lists {after.ElementAtOrDefault(at)} where {before.ElementAtOrDefault(at)} was to be");
        }

        await mailbox.ExpectAsync(all);
    }

    private static async Task AtOnceAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var kept = (await mailbox.Import.GetFidelityAsync()).Flags;
        var stored = await mailbox.Import.ImportAsync(Letters.Many(20 * world.Context.Effort));
        var deliveries = mailbox.DeliverAllAsync(Letters.Many(10, "a mail that is delivered meanwhile"));
        var answers = await Task.WhenAll(stored.SelectMany(outcome => Enumerable.Repeat(outcome, 3)).Select(outcome => mailbox.Import.TrySetFlagsAsync(outcome.StoredId, MailFlags.Seen)));
        Expect.That(answers.All(answer => answer), "TrySetFlagsAsync, called by many at once for mails that are there, gave false to one of them");
        List<DeliveryOutcome> all = [.. stored, .. await deliveries];
        await mailbox.ExpectAsync(all);
        var seen = (await mailbox.ListAsync()).Count(mail => mail.Flags == (MailFlags.Seen & kept));
        Expect.That(kept.HasFlag(MailFlags.Seen) ? seen == stored.Count : seen == all.Count, $"of {stored.Count} mails whose flags were set to Seen, {seen} are listed so");
    }

    private static async Task KilledAsync(AgentWorld world)
    {
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice);
        var kept = (await mailbox.Import.GetFidelityAsync()).Flags;
        var stored = await mailbox.Import.ImportAsync(Letters.Many(3));
        await mailbox.Import.TrySetFlagsAsync(stored[1].StoredId, MailFlags.Flagged);
        var survivor = (await world.StartAnotherAsync()).Open(mailbox.Record);
        var listed = (await survivor.ListAsync()).Single(mail => mail.Id == stored[1].StoredId);
        Expect.That(listed.Flags == (MailFlags.Flagged & kept), $"TrySetFlagsAsync set Flagged on one host, and another one lists the mail with {listed.Flags}");
    }

    private static async Task NotThereAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Import;
        var stored = await mailbox.DeliverAsync(Letters.Plain());
        var before = await mailbox.ListAsync();
        foreach (var id in ReadingCases.NotThere(stored.StoredId))
            Expect.That(!await mailbox.Import.TrySetFlagsAsync(id, MailFlags.Seen), $"TrySetFlagsAsync of '{id}', which is no id of this mailbox, gave true");
        Expect.That((await mailbox.ListAsync()).SequenceEqual(before), "TrySetFlagsAsync of ids that are none changed a mail");
        world.ExpectNothingOutside();
    }

    private static async Task OthersIdsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Import;
        var other = await host.AddAsync(AgentWorld.Bob);
        await other.DeliverAllAsync(Letters.Many(3, "another user's mail"));
        var before = await other.ListAsync();
        foreach (var id in before.SelectMany(mail => (string[])[mail.Id, $"../{AgentWorld.Bob}/{mail.Id}", $"../bob/{mail.Id}", $"../../bob/new/{mail.Id}"]))
            await mailbox.Import.TrySetFlagsAsync(id, MailFlags.Seen);
        Expect.That((await other.ListAsync()).SequenceEqual(before), "TrySetFlagsAsync of one user's mailbox changed a mail of another user");
    }
}
