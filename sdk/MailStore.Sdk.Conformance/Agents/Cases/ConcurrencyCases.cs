namespace MailStore.Sdk.Conformance;

/// <summary>Many calls at once.</summary>
internal static class ConcurrencyCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("at once: many mails into one mailbox", AgentRequirements.MailboxIsThreadSafe, OneMailboxAsync),
        AgentCase.Of("at once: many mails into many mailboxes", AgentRequirements.AgentIsThreadSafe, ManyMailboxesAsync),
        AgentCase.Of("at once: two hosts into one mailbox", AgentRequirements.MailboxIsThreadSafe, TwoHostsAsync),
        AgentCase.Of("at once: two mailbox objects of one user", AgentRequirements.MailboxIsThreadSafe, TwoObjectsAsync),
        AgentCase.Of("at once: a faulty mail fails no other", AgentRequirements.CallsDoNotHarm, FaultsAsync),
        AgentCase.Of("at once: a cancelled mail fails no other", AgentRequirements.CallsDoNotHarm, CancelledAsync),
        AgentCase.Of("at once: listing while mails come in", AgentRequirements.ListIsWhole, ListingAsync),
    ];

    private static async Task OneMailboxAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox) =>
        await mailbox.ExpectIfReadableAsync(await mailbox.DeliverAllAsync(Letters.Many(100 * world.Context.Effort)));

    private static async Task ManyMailboxesAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailboxes = new List<MailboxUnderTest>();
        for (var i = 0; i < 10; i++)
            mailboxes.Add(await host.AddAsync($"user{i}@example.org"));
        var deliveries = mailboxes.ConvertAll(mailbox => mailbox.DeliverAllAsync(Letters.Many(10 * world.Context.Effort, $"a mail for {mailbox.Record.Name}")));
        foreach (var (mailbox, stored) in mailboxes.Zip(await Task.WhenAll(deliveries)))
            await mailbox.ExpectIfReadableAsync(stored);
    }

    private static async Task TwoHostsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var there = (await world.StartAnotherAsync()).Open(mailbox.Record);
        await TwoWaysAsync(world, mailbox, there);
    }

    private static Task TwoObjectsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox) => TwoWaysAsync(world, mailbox, host.Open(mailbox.Record));

    private static async Task TwoWaysAsync(AgentWorld world, MailboxUnderTest one, MailboxUnderTest other)
    {
        var stored = await Task.WhenAll(
            one.DeliverAllAsync(Letters.Many(40 * world.Context.Effort, "a mail one way")), other.DeliverAllAsync(Letters.Many(40 * world.Context.Effort, "a mail the other way")));
        List<DeliveryOutcome> all = [.. stored[0], .. stored[1]];
        Expect.That(all.Select(outcome => outcome.StoredId).Distinct().Count() == all.Count, "a StoredId was given to two mails of one mailbox");
        await one.ExpectAsync(all);
        await other.ExpectAsync(all);
    }

    private static async Task FaultsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var faulty = Letters.OfSize(3000, 6, "a mail whose stream breaks off") with { Form = ContentForm.Stream, ChunkSize = 500, BreakAfter = 1500 };
        var refused = Enumerable.Range(0, 20).Select(_ => mailbox.TryDeliverAsync(faulty.Again())).ToList();
        var stored = await mailbox.DeliverAllAsync(Letters.Many(40 * world.Context.Effort, "a sound mail among faulty ones"));
        await mailbox.ExpectIfReadableAsync(stored, await Task.WhenAll(refused));
    }

    private static async Task CancelledAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(world.CancellationToken);
        var slow = Enumerable.Range(0, 20).Select(_ => mailbox.TryDeliverAsync(Letters.Slow(), cancel.Token)).ToList();
        var sound = mailbox.DeliverAllAsync(Letters.Many(40 * world.Context.Effort, "a mail among cancelled ones"));
        await cancel.CancelAsync();
        var cancelled = await world.SoonAsync(Task.WhenAll(slow), "DeliverAsync of slow mails, after their cancellation,");
        foreach (var outcome in cancelled)
            CancellationCases.ExpectCancelledOrStored(outcome);
        await mailbox.ExpectIfReadableAsync([.. await sound, .. cancelled.Where(outcome => outcome.IsStored)], cancelled);
    }

    private static async Task ListingAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Reading;
        var before = await mailbox.DeliverAllAsync(Letters.Many(20, "a mail from before the listing"));
        var deliveries = mailbox.DeliverAllAsync(Letters.Many(100 * world.Context.Effort, "a mail that comes while others are listed"));
        do
        {
            var listed = await mailbox.ListAsync();
            Expect.That(listed.Select(mail => mail.Id).Distinct().Count() == listed.Count, "ListAsync, while mails came in, listed a mail twice");
            var missing = before.FirstOrDefault(outcome => listed.All(mail => mail.Id != outcome.StoredId));
            Expect.That(missing is null, $"ListAsync, while mails came in, left out '{missing?.StoredId}', which was there all the time");
            foreach (var mail in listed.Take(5).Concat(listed.TakeLast(5)))
                await ExpectSizeAsync(world, mailbox, mail);
        }
        while (!deliveries.IsCompleted);
        await mailbox.ExpectAsync([.. before, .. await deliveries]);
    }

    private static async Task ExpectSizeAsync(AgentWorld world, MailboxUnderTest mailbox, StoredMail mail)
    {
        await using var stream = await mailbox.OpenAsync(mail.Id);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, world.CancellationToken);
        Expect.That(read.Length == mail.Size, $"while mails came in, a mail of {read.Length} bytes was listed with the size {mail.Size}: half of it was to be seen");
    }
}
