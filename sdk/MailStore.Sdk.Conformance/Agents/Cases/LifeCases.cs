namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IModuleLifetime"/> promises, seen from storage formats.</summary>
internal static class LifeCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("life: it starts and stops", AgentRequirements.StartsOnce, StartsAndStopsAsync),
        AgentCase.Of("life: constructed, and never started", AgentRequirements.DisposedAfterStop, NeverStartedAsync),
        AgentCase.Of("life: stopped after a start that was given up", $"{AgentRequirements.StartGivenUp} {AgentRequirements.StopsAlsoAfterFailure}", StartGivenUpAsync),
        AgentCase.Of("life: many times over one place", AgentRequirements.StartsOnce, ManyTimesAsync),
        AgentCase.Of("life: a stop that waits no longer", AgentRequirements.StopWaitsNoLonger, StopWaitsNoLongerAsync),
        AgentCase.Of("life: nothing depends on the stop", AgentRequirements.NothingDependsOnStop, KilledAsync),
        AgentCase.Of("life: one host stops, the other serves", AgentRequirements.StartsOnce, OtherServesAsync),
        AgentCase.Of("life: it says that it is well", AgentRequirements.Health, HealthAsync),
    ];

    private static async Task StartsAndStopsAsync(AgentWorld world) => await (await world.StartAsync()).StopAsync();

    private static async Task NeverStartedAsync(AgentWorld world)
    {
        await (await world.OpenAsync()).StopAsync();
        await ServesAsync(world);
    }

    private static async Task StartGivenUpAsync(AgentWorld world)
    {
        var host = await world.OpenAsync();
        try
        {
            await host.StartAsync(new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
        }

        await host.StopAsync();
        await ServesAsync(world);
    }

    private static async Task ManyTimesAsync(AgentWorld world)
    {
        var record = await world.NewRecordAsync(AgentWorld.Alice);
        var stored = new List<DeliveryOutcome>();
        for (var i = 0; i < 5; i++)
        {
            var host = await world.StartAsync();
            if (record.Allocation is null)
                record = await world.WriteAsync(record, await host.AllocateAsync(record));
            var mailbox = host.Open(record);
            await mailbox.ExpectIfReadableAsync(stored);
            stored.Add(await mailbox.DeliverAsync(Letters.Plain($"a mail of life no. {i + 1}")));
            await mailbox.ExpectIfReadableAsync(stored);
            await host.StopAsync();
        }
    }

    private static async Task StopWaitsNoLongerAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        var stored = await mailbox.DeliverAsync(Letters.Plain());
        var stop = Task.Run(async () =>
        {
            try
            {
                await host.StopAsync(new CancellationToken(canceled: true));
            }
            catch (OperationCanceledException)
            {
            }

            return true;
        });
        await world.SoonAsync(stop, "StopAsync with a token that is cancelled");
        await (await world.StartAsync()).Open(mailbox.Record).ExpectIfReadableAsync([stored]);
    }

    private static async Task KilledAsync(AgentWorld world)
    {
        // the first host is never stopped within the case: as if it had been killed
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice);
        var stored = await mailbox.DeliverAllAsync(Letters.Many(10, "a mail that was acknowledged before the host was killed"));
        var survivor = (await world.StartAnotherAsync()).Open(mailbox.Record);
        await survivor.ExpectAsync(stored);
        await survivor.ExpectAsync([.. stored, await survivor.DeliverAsync(Letters.Plain("a mail after the host was killed"))]);
    }

    private static async Task OtherServesAsync(AgentWorld world)
    {
        var first = await world.StartAsync();
        var second = await world.StartAnotherAsync();
        var here = await first.AddAsync(AgentWorld.Alice);
        var there = second.Open(here.Record);
        List<DeliveryOutcome> stored = [await here.DeliverAsync(Letters.Plain("a mail on the first host")), await there.DeliverAsync(Letters.Plain("a mail on the second host"))];
        await first.StopAsync();
        stored.Add(await there.DeliverAsync(Letters.Plain("a mail on the second host after the first stopped")));
        await there.ExpectIfReadableAsync(stored);
        var third = (await world.StartAsync()).Open(here.Record);
        await second.StopAsync();
        stored.Add(await third.DeliverAsync(Letters.Plain("a mail on the third host")));
        await third.ExpectIfReadableAsync(stored);
    }

    private static async Task HealthAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var asked = Expect.Offered<IModuleHealth>(host.Agent, "the module does not say whether it is well (IModuleHealth)");
        await host.AddAsync(AgentWorld.Alice);
        world.Context.Step("CheckHealthAsync");
        var health = await asked.CheckHealthAsync(world.CancellationToken);
        Expect.That(health.IsHealthy, $"CheckHealthAsync says that the module is not well, although it serves: {health.Message}");
    }

    private static async Task ServesAsync(AgentWorld world)
    {
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice);
        await mailbox.ExpectIfReadableAsync([await mailbox.DeliverAsync(Letters.Plain())]);
    }
}
