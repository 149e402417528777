namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailDeliveryAgent.ReleaseAsync"/> promises.</summary>
internal static class ReleaseCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("release: a loser takes nothing from the winner", AgentRequirements.ReleaseTakesNothing, TakesNothingAsync),
        AgentCase.Of("release: while the winner's mail comes in", AgentRequirements.ReleaseTakesNothing, MeanwhileAsync),
        AgentCase.Of("release: removes nothing that holds mail", AgentRequirements.ReleaseTakesNothing, HoldsMailAsync),
        AgentCase.Of("release: leaves other users alone", AgentRequirements.ReleaseTakesNothing, OthersAsync),
        AgentCase.Of("release: twice does nothing", AgentRequirements.ReleaseTwice, TwiceAsync),
        AgentCase.Of("release: of a user who is gone", AgentRequirements.DeadHostStopsNothing, GoneAsync),
        AgentCase.Of("release: of what another host has allocated", AgentRequirements.ReleaseTwice, OtherHostAsync),
    ];

    private static async Task TakesNothingAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        foreach (var hasMail in (bool[])[true, false])
        {
            var (mailbox, lost) = await RaceAsync(world, host, hasMail ? AgentWorld.Alice : AgentWorld.Bob);
            var stored = new List<DeliveryOutcome>();
            if (hasMail)
                stored.Add(await mailbox.DeliverAsync(Letters.Plain("the winner's first mail")));
            await host.ReleaseAsync(mailbox.Record, lost);
            stored.Add(await mailbox.DeliverAsync(Letters.Plain("the winner's mail after the release")));
            await mailbox.ExpectIfReadableAsync(stored);
        }
    }

    private static async Task MeanwhileAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        for (var round = 0; round < 5 * world.Context.Effort; round++)
        {
            var (mailbox, lost) = await RaceAsync(world, host, $"user{round}@example.org");
            var deliveries = mailbox.DeliverAllAsync(Letters.Many(5, "a mail that comes while a loser is released"));
            await host.ReleaseAsync(mailbox.Record, lost);
            await mailbox.ExpectIfReadableAsync(await deliveries);
        }
    }

    private static async Task HoldsMailAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        var stored = await mailbox.DeliverAsync(Letters.Plain("a mail in what is released"));
        await host.ReleaseAsync(null, mailbox.Record.Allocation!);
        await mailbox.ExpectAsync([stored]);
        // the user was added again, and is not allocated yet
        await host.ReleaseAsync(await world.NewRecordAsync(AgentWorld.Alice), mailbox.Record.Allocation!);
        await mailbox.ExpectAsync([stored]);
    }

    private static async Task OthersAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var bob = await host.AddAsync(AgentWorld.Bob);
        var record = await world.NewRecordAsync(AgentWorld.Alice);
        await host.ReleaseAsync(null, await host.AllocateAsync(record));
        await bob.ExpectIfReadableAsync([await bob.DeliverAsync(Letters.Plain("another user's mail"))]);
    }

    private static async Task TwiceAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var (mailbox, lost) = await RaceAsync(world, host, AgentWorld.Alice);
        var stored = await mailbox.DeliverAsync(Letters.Plain());
        for (var i = 0; i < 3; i++)
            await host.ReleaseAsync(mailbox.Record, lost);
        await mailbox.ExpectIfReadableAsync([stored, await mailbox.DeliverAsync(Letters.Plain("a mail after it was released three times"))]);

        var unused = await host.AllocateAsync(await world.NewRecordAsync(AgentWorld.Bob));
        for (var i = 0; i < 3; i++)
            await host.ReleaseAsync(null, unused);
    }

    private static async Task GoneAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        await host.ReleaseAsync(null, await host.AllocateAsync(await world.NewRecordAsync(AgentWorld.Alice)));
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain("a mail of the user who was added again"))]);
    }

    private static async Task OtherHostAsync(AgentWorld world)
    {
        var first = await world.StartAsync();
        var second = await world.StartAnotherAsync();
        var (mailbox, lost) = await RaceAsync(world, first, AgentWorld.Alice);
        await Task.WhenAll(first.ReleaseAsync(mailbox.Record, lost), second.ReleaseAsync(mailbox.Record, lost));
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain())]);
    }

    private static async Task<(MailboxUnderTest Winner, Allocation Lost)> RaceAsync(AgentWorld world, AgentHost host, string name)
    {
        var record = await world.NewRecordAsync(name);
        var lost = await host.AllocateAsync(record);
        return (host.Open(await world.WriteAsync(record, await host.AllocateAsync(record))), lost);
    }
}
