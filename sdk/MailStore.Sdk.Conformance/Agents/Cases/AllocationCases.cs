namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailDeliveryAgent.AllocateAsync"/> promises.</summary>
internal static class AllocationCases
{
    private const int CancelledTries = 25;

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("allocation: bears id, instance and form", AgentRequirements.AllocationId, BearsIdAsync),
        AgentCase.Of("allocation: survives a restart", AgentRequirements.AllocationIsDurable, RestartAsync),
        AgentCase.Of("allocation: serves on another host", AgentRequirements.AllocationMakesReady, OtherHostAsync),
        AgentCase.Of("allocation: twice, one after the other", AgentRequirements.TwoHostsAllocate, world => TwiceAsync(world, isSecondHost: false)),
        AgentCase.Of("allocation: by two hosts, one after the other", AgentRequirements.TwoHostsAllocate, world => TwiceAsync(world, isSecondHost: true)),
        AgentCase.Of("allocation: many at once on one host", AgentRequirements.TwoHostsAllocate, world => AtOnceAsync(world, isSecondHost: false)),
        AgentCase.Of("allocation: many at once on two hosts", AgentRequirements.TwoHostsAllocate, world => AtOnceAsync(world, isSecondHost: true)),
        AgentCase.Of("allocation: many users at once", AgentRequirements.AgentIsThreadSafe, ManyUsersAsync),
        AgentCase.Of("allocation: again after a host that died", AgentRequirements.DeadHostStopsNothing, DeadHostAsync),
        AgentCase.Of("allocation: again for a changed record", AgentRequirements.DeadHostStopsNothing, ChangedRecordAsync),
        AgentCase.Of("allocation: cancelled at any moment", AgentRequirements.CancelledAllocation, CancelledAsync),
        AgentCase.Of("allocation: a name added again inherits nothing", AgentRequirements.NothingIsInherited, InheritsNothingAsync),
    ];

    private static async Task BearsIdAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var record = await world.NewRecordAsync(AgentWorld.Alice);
        // the id itself is looked at in each allocation
        var allocation = await host.AllocateAsync(record);
        Expect.That(allocation.Mda == world.Place.Instance, $"the allocation says that the instance '{allocation.Mda}' made it, but it was '{world.Place.Instance}'; make it by AllocationContext.Complete");
        Expect.That(allocation.Form >= 1, $"the allocation has the form {allocation.Form}; forms are counted from 1");
    }

    private static async Task RestartAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        await host.StopAsync();
        var again = (await world.StartAsync()).Open(mailbox.Record);
        var stored = await again.DeliverAsync(Letters.Plain());
        await again.ExpectAsync([stored]);
    }

    private static async Task OtherHostAsync(AgentWorld world)
    {
        var here = await (await world.StartAsync()).AddAsync(AgentWorld.Alice);
        var there = (await world.StartAnotherAsync()).Open(here.Record);
        DeliveryOutcome[] stored = [await there.DeliverAsync(Letters.Plain("a mail on the other host")), await here.DeliverAsync(Letters.Plain("a mail on this host"))];
        await here.ExpectIfReadableAsync(stored);
        await there.ExpectIfReadableAsync(stored);
    }

    private static async Task TwiceAsync(AgentWorld world, bool isSecondHost)
    {
        var first = await world.StartAsync();
        var second = isSecondHost ? await world.StartAnotherAsync() : first;
        foreach (var (name, firstWins) in ((string, bool)[])[(AgentWorld.Alice, true), (AgentWorld.Bob, false)])
        {
            var record = await world.NewRecordAsync(name);
            Allocation[] made = [await first.AllocateAsync(record), await second.AllocateAsync(record)];
            Expect.That(made[0].Id != made[1].Id, "two calls of AllocateAsync gave allocations with the same id");
            await DecideAsync(world, firstWins ? first : second, firstWins ? second : first, await world.WriteAsync(record, made[firstWins ? 0 : 1]), [made[firstWins ? 1 : 0]]);
        }
    }

    private static async Task AtOnceAsync(AgentWorld world, bool isSecondHost)
    {
        var first = await world.StartAsync();
        var second = isSecondHost ? await world.StartAnotherAsync() : first;
        var random = new Random(world.Context.Seed);
        for (var round = 0; round < 5 * world.Context.Effort; round++)
        {
            var record = await world.NewRecordAsync($"user{round}@example.org");
            var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? first : second).AllocateAsync(record)));
            var winner = made[random.Next(made.Length)];
            await DecideAsync(world, first, second, await world.WriteAsync(record, winner), [.. made.Where(allocation => allocation != winner)]);
        }
    }

    /// <summary>As a creator does: one allocation counts, the others are released; mail flows before, meanwhile and after.</summary>
    private static async Task DecideAsync(AgentWorld world, AgentHost winner, AgentHost loser, UserRecord record, IReadOnlyList<Allocation> lost)
    {
        var mailbox = winner.Open(record);
        var stored = new List<DeliveryOutcome> { await mailbox.DeliverAsync(Letters.Plain("the winner's first mail")) };
        foreach (var allocation in lost)
            await loser.ReleaseAsync(record, allocation);
        stored.Add(await mailbox.DeliverAsync(Letters.Plain("a mail after the release of the losers")));
        stored.Add(await loser.Open(record).DeliverAsync(Letters.Plain("a mail by the host that lost")));
        await mailbox.ExpectIfReadableAsync(stored);
    }

    private static async Task ManyUsersAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailboxes = await Task.WhenAll(Enumerable.Range(0, 25 * world.Context.Effort).Select(i => host.AddAsync($"user{i}@example{i % 3}.org")));
        var stored = await Task.WhenAll(mailboxes.Select(mailbox => mailbox.DeliverAsync(Letters.Plain($"a mail for {mailbox.Record.Name}"))));
        for (var i = 0; i < mailboxes.Length; i++)
            await mailboxes[i].ExpectIfReadableAsync([stored[i]]);
    }

    private static async Task DeadHostAsync(AgentWorld world)
    {
        var record = await world.NewRecordAsync(AgentWorld.Alice);
        for (var i = 0; i < 3; i++)
        {
            var host = await world.StartAsync();
            // never written into a record: the host died before
            _ = await host.AllocateAsync(record);
            await host.StopAsync();
        }

        var last = await world.StartAsync();
        var mailbox = last.Open(await world.WriteAsync(record, await last.AllocateAsync(record)));
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain())]);
    }

    private static async Task ChangedRecordAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        _ = await host.AllocateAsync(await world.NewRecordAsync(AgentWorld.Alice));
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain())]);
    }

    private static async Task CancelledAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var moments = await Moments.MeasureAsync(i => world.NewRecordAsync($"measured{i}@example.org"), async record => await host.AllocateAsync(record));
        for (var i = 0; i < CancelledTries * world.Context.Effort; i++)
        {
            var record = await world.NewRecordAsync($"user{i}@example.org");
            using var cancel = moments.CancelAt(i, CancelledTries);
            try
            {
                _ = await world.SoonAsync(host.AllocateAsync(record, cancel.Token), "AllocateAsync, after its cancellation,");
            }
            catch (OperationCanceledException)
            {
            }

            var mailbox = host.Open(await world.WriteAsync(record, await host.AllocateAsync(record)));
            await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain("a mail after a cancelled allocation"))]);
        }
    }

    private static async Task InheritsNothingAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var earlier = await host.AddAsync(AgentWorld.Alice);
        var old = await earlier.DeliverAsync(Letters.Plain("a mail of the earlier user of this name"));
        var later = await host.AddAsync(AgentWorld.Alice);
        await later.ExpectAsync([], [old]);
        var young = await later.DeliverAsync(Letters.Plain("a mail of the later user of this name"));
        await later.ExpectAsync([young], [old]);
        await earlier.ExpectAsync([old], [young]);
    }
}
