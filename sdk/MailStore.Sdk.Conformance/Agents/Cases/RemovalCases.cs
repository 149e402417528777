namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailboxRemoval"/> promises.</summary>
internal static class RemovalCases
{
    private const int CancelledTries = 15;

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("removal: all mail is gone", AgentRequirements.RemovesAll, AllIsGoneAsync),
        AgentCase.Of("removal: again does nothing", AgentRequirements.RemovesAgain, AgainAsync),
        AgentCase.Of("removal: touches no other user", AgentRequirements.RemovesOwnOnly, OthersAsync),
        AgentCase.Of("removal: a user added again starts empty", AgentRequirements.NothingIsInherited, AddedAgainAsync),
        AgentCase.Of("removal: spares who was added again meanwhile", AgentRequirements.RemovesOwnOnly, SparesTheNewAsync),
        AgentCase.Of("removal: cancelled, and called again", AgentRequirements.CancelledRemoval, CancelledAsync),
    ];

    private static async Task AllIsGoneAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await FillAsync(mailbox);
        await RemoveAsync(world, mailbox);
        await ExpectGoneAsync(world, mailbox);
        await host.StopAsync();
        await ExpectGoneAsync(world, (await world.StartAsync()).Open(mailbox.Record));
    }

    private static async Task AgainAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await FillAsync(mailbox);
        for (var i = 0; i < 3; i++)
            await RemoveAsync(world, mailbox);
        await host.StopAsync();
        await RemoveAsync(world, (await world.StartAsync()).Open(mailbox.Record));
    }

    private static async Task OthersAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        // names that a careless prefix, wildcard or path would take along
        var others = new List<(MailboxUnderTest Mailbox, DeliveryOutcome Stored)>();
        foreach (var name in (string[])["alice@example.or", "alice@example.org.uk", "alice@example.com", "malice@example.org", "alice@example.org/bob", "alic%@example.org", "Alice@example.org", "bob@example.org"])
        {
            var other = await host.AddAsync(name);
            others.Add((other, await other.DeliverAsync(Shared(name))));
        }

        await FillAsync(mailbox);
        await mailbox.DeliverAsync(Shared(AgentWorld.Alice));
        await RemoveAsync(world, mailbox);
        foreach (var (other, stored) in others)
            await other.ExpectAsync([stored, await other.DeliverAsync(Letters.Plain("a mail after another user's removal"))]);
        world.ExpectNothingOutside();
    }

    private static async Task AddedAgainAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        var old = await FillAsync(mailbox);
        await RemoveAsync(world, mailbox);
        var again = await host.AddAsync(AgentWorld.Alice);
        await again.ExpectIfReadableAsync([], old);
        if (again.Mailbox is IMailboxUsage usage)
        {
            var held = await usage.GetUsageAsync(world.CancellationToken);
            Expect.That(held is { Count: 0, Bytes: 0 }, $"GetUsageAsync of a user who was added again after his removal says {held.Count} mails, {held.Bytes} bytes");
        }

        await again.ExpectIfReadableAsync([await again.DeliverAsync(Letters.Plain("the first mail of the user added again"))], old);
    }

    private static async Task SparesTheNewAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        await FillAsync(mailbox);
        await RemoveAsync(world, mailbox);
        var again = await host.AddAsync(AgentWorld.Alice);
        var stored = await again.DeliverAsync(Letters.Plain("a mail of the user added again"));
        // a removal of the earlier one that was tried again, late
        await RemoveAsync(world, mailbox);
        await again.ExpectIfReadableAsync([stored, await again.DeliverAsync(Letters.Plain("another mail of the user added again"))]);
    }

    private static async Task CancelledAsync(AgentWorld world, AgentHost host, MailboxUnderTest mailbox)
    {
        _ = mailbox.Removal;
        var moments = await Moments.MeasureAsync(i => host.AddAsync($"measured{i}@example.org"), measured => RemoveAsync(world, measured));
        for (var i = 0; i < CancelledTries * world.Context.Effort; i++)
        {
            mailbox = await host.AddAsync($"user{i}@example.org");
            await FillAsync(mailbox);
            using var cancel = moments.CancelAt(i, CancelledTries);
            try
            {
                await RemoveAsync(world, mailbox, cancel.Token);
            }
            catch (OperationCanceledException)
            {
            }

            await RemoveAsync(world, mailbox);
            await ExpectGoneAsync(world, mailbox);
        }
    }

    // of one mail for all of them, which a module may have stored once
    private static Letter Shared(string name) => Letters.Plain($"a mail for '{name}' and others") with { TransactionId = "Shared" };

    private static async Task<IReadOnlyList<DeliveryOutcome>> FillAsync(MailboxUnderTest mailbox)
    {
        _ = mailbox.Removal;
        return
        [
            .. await mailbox.DeliverAllAsync(Letters.Many(5, "a mail that is removed")),
            await mailbox.DeliverAsync(Letters.Plain("a mail in a folder that is removed") with { Folder = "Lists" }),
        ];
    }

    private static async Task RemoveAsync(AgentWorld world, MailboxUnderTest mailbox, CancellationToken? cancellationToken = null)
    {
        var removal = mailbox.Removal;
        world.Context.Step("RemoveAllAsync");
        await Task.Run(() => removal.RemoveAllAsync(cancellationToken ?? world.CancellationToken).AsTask(), CancellationToken.None);
    }

    private static async Task ExpectGoneAsync(AgentWorld world, MailboxUnderTest mailbox)
    {
        if (!mailbox.IsReadable)
            return;
        try
        {
            var left = await mailbox.ListAsync();
            Expect.That(left.Count == 0, $"RemoveAllAsync came back, but ListAsync still lists {left.Count} mail(s): {string.Join(", ", left.Select(mail => mail.Id))}");
        }
        catch (TemporaryFailureException)
        {
            // there is no mailbox any more that could be listed
        }
    }
}
