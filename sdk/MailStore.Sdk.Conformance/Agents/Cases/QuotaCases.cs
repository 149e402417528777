namespace MailStore.Sdk.Conformance;

/// <summary>A mailbox's limit, and how much it says that it holds.</summary>
internal static class QuotaCases
{
    private const int Size = 4000;
    private const int Room = 10;

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        Limited("quota: what fits is stored, what does not is not", FitsAsync),
        Limited("quota: a mail larger than all of it", LargerThanAllAsync),
        Limited("quota: many mails at once never exceed it", AtOnceAsync),
        Limited("quota: a smaller mail goes after one too large", SmallerAsync),
        Limited("quota: mails that were not stored take no room", NotStoredAsync),
        Limited("quota: holds after a restart", RestartAsync),
        Limited("quota: is each user's own", OwnAsync),
        AgentCase.Of("usage: grows with each mail", AgentRequirements.UsageAsQuota, GrowsAsync),
        AgentCase.Of("usage: many mails at once are all counted", AgentRequirements.UsageCount, CountsAsync),
    ];

    private static ConformanceCase<AgentUnderTest> Limited(string name, Func<AgentWorld, AgentHost, MailboxUnderTest, Task> check) =>
        AgentCase.Of(name, AgentRequirements.Quota, async world =>
        {
            if (!world.Context.Module.HasQuota)
                throw new NotOfferedException("the kit was told no setting by which it can limit a mailbox (AgentUnderTest.HasQuota)");
            var host = await world.StartAsync();
            await check(world, host, await host.AddAsync(AgentWorld.Alice, Limit));
        });

    // of equal mails, to the byte: with their headers
    private static ByteSize Limit => new(Room * Mail(0).Size);

    private static Letter Mail(int seed) => Letters.OfSize(Size, seed + 100, $"mail no. {seed + 1} of {Size} bytes and a header");

    private static async Task FitsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var stored = new List<DeliveryOutcome>();
        for (var i = 0; i < Room; i++)
            stored.Add(await mailbox.DeliverAsync(Mail(i)));
        var refused = await ExpectOverQuotaAsync(mailbox, Mail(Room));
        await ExpectUsageAsync(world, mailbox, Room);
        await mailbox.ExpectIfReadableAsync(stored, [refused]);
    }

    private static async Task LargerThanAllAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var refused = await mailbox.TryDeliverAsync(Letters.OfSize((Room + 1) * Size * 2, 99, "a mail larger than the whole quota"));
        Expect.That(
            refused.Result is { Status: DeliveryStatus.OverQuota or DeliveryStatus.TooLarge },
            $"DeliverAsync of {refused.Letter.What} {refused} instead of OverQuota (or TooLarge)");
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Mail(0))], [refused]);
    }

    private static async Task AtOnceAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        for (var round = 0; round < 3 * world.Context.Effort; round++)
        {
            mailbox = await host.AddAsync($"user{round}@example.org", Limit);
            var outcomes = await Task.WhenAll(Enumerable.Range(0, Room * 3).Select(i => mailbox.TryDeliverAsync(Mail(i))));
            foreach (var outcome in outcomes)
            {
                Expect.That(
                    outcome.Result is { Status: DeliveryStatus.Stored or DeliveryStatus.OverQuota },
                    $"of {outcomes.Length} mails at once into a mailbox with room for {Room}, one {outcome} instead of Stored or OverQuota");
            }

            var stored = outcomes.Count(outcome => outcome.IsStored);
            Expect.That(stored <= Room, $"of {outcomes.Length} mails at once {stored} were stored in a mailbox with room for {Room}; count a mail before another one asks");
            // those that were refused took no room
            for (; stored < Room; stored++)
                outcomes = [.. outcomes, await mailbox.DeliverAsync(Mail(100 + stored))];
            await ExpectUsageAsync(world, mailbox, Room);
            await mailbox.ExpectIfReadableAsync(outcomes.Where(outcome => outcome.IsStored), outcomes.Where(outcome => !outcome.IsStored));
        }
    }

    private static async Task SmallerAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        for (var i = 0; i < Room - 1; i++)
            await mailbox.DeliverAsync(Mail(i));
        for (var i = 0; i < 5; i++)
            await ExpectOverQuotaAsync(mailbox, Letters.OfSize(Size * 2, i, "a mail of twice the room that is left"));
        await mailbox.DeliverAsync(Mail(Room));
    }

    private static async Task NotStoredAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        for (var i = 0; i < Room; i++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(world.CancellationToken);
            var streamed = Mail(i) with { Form = ContentForm.Stream, ChunkSize = 500 };
            var broken = await mailbox.TryDeliverAsync(streamed with { What = "a mail whose stream breaks off", BreakAfter = 2000 });
            Expect.That(!broken.IsStored, $"DeliverAsync of {broken.Letter.What} {broken}");
            await ExpectNotStoredAsync(mailbox, streamed with { What = "a mail that is cancelled", OnRead = _ => cancel.Cancel() }, cancel.Token);
        }

        for (var i = 0; i < Room; i++)
            await mailbox.DeliverAsync(Mail(i));
        await ExpectOverQuotaAsync(mailbox, Mail(Room));
    }

    private static async Task ExpectNotStoredAsync(MailboxUnderTest mailbox, Letter letter, CancellationToken cancellationToken)
    {
        var outcome = await mailbox.TryDeliverAsync(letter, cancellationToken);
        Expect.That(!outcome.IsStored, $"DeliverAsync of {letter.What} at its first read {outcome} instead of throwing OperationCanceledException");
    }

    private static async Task RestartAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        for (var i = 0; i < Room; i++)
            await mailbox.DeliverAsync(Mail(i));
        await host.StopAsync();
        var again = (await world.StartAsync()).Open(mailbox.Record);
        await ExpectOverQuotaAsync(again, Mail(Room));
        await ExpectUsageAsync(world, again, Room);
    }

    private static async Task OwnAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        for (var i = 0; i < Room; i++)
            await mailbox.DeliverAsync(Mail(i));
        await (await host.AddAsync(AgentWorld.Bob, Limit)).DeliverAsync(Mail(0));
        await (await host.AddAsync("carol@example.org")).DeliverAsync(Letters.OfSize(Size * Room * 2, 98, "a large mail for a user without a quota"));
    }

    private static async Task GrowsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var last = await UsageAsync(world, mailbox);
        Expect.That(last is { Bytes: 0, Count: 0 }, $"GetUsageAsync says that a new mailbox holds {last.Bytes} bytes in {last.Count} mails");
        foreach (var letter in Letters.Many(5))
        {
            await mailbox.DeliverAsync(letter);
            var now = await UsageAsync(world, mailbox);
            Expect.That(now.Count == last.Count + 1, $"GetUsageAsync counted {last.Count} mails, and {now.Count} after one more was stored");
            Expect.That(now.Bytes > last.Bytes, $"GetUsageAsync counted {last.Bytes} bytes, and {now.Bytes} after a mail of {letter.Size} bytes was stored");
            last = now;
        }

        await host.StopAsync();
        var after = await UsageAsync(world, (await world.StartAsync()).Open(mailbox.Record));
        Expect.That(after == last, $"GetUsageAsync gave {last}, and {after} after a restart");
    }

    private static async Task CountsAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Usage;
        var stored = await mailbox.DeliverAllAsync(Letters.Many(40 * world.Context.Effort));
        var usage = await UsageAsync(world, mailbox);
        Expect.That(usage.Count == stored.Count, $"{stored.Count} mails were stored at once, but GetUsageAsync counts {usage.Count}");
    }

    private static async Task<DeliveryOutcome> ExpectOverQuotaAsync(MailboxUnderTest mailbox, Letter letter)
    {
        var outcome = await mailbox.TryDeliverAsync(letter);
        Expect.That(
            outcome.Result is { Status: DeliveryStatus.OverQuota },
            $"DeliverAsync of {letter.What} into a mailbox whose quota leaves no room for it {outcome} instead of OverQuota");
        return outcome;
    }

    private static async Task ExpectUsageAsync(AgentWorld world, MailboxUnderTest mailbox, int count)
    {
        if (mailbox.Mailbox is not IMailboxUsage)
            return;
        var usage = await UsageAsync(world, mailbox);
        Expect.That(usage.Count == count, $"GetUsageAsync counts {usage.Count} mails, but {count} were stored");
        Expect.That(usage.LimitBytes == Limit.Bytes, $"GetUsageAsync says that the limit is {usage.LimitBytes} bytes, but it was set to {Limit.Bytes}");
        Expect.That(usage.Bytes <= Limit.Bytes, $"GetUsageAsync says that the mailbox holds {usage.Bytes} bytes, more than its limit of {Limit.Bytes}");
    }

    private static async Task<MailboxUsage> UsageAsync(AgentWorld world, MailboxUnderTest mailbox)
    {
        var usage = mailbox.Usage;
        world.Context.Step("GetUsageAsync");
        return await usage.GetUsageAsync(world.CancellationToken);
    }
}
