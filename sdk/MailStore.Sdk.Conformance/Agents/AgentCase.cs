namespace MailStore.Sdk.Conformance;

/// <summary>Makes the cases for storage formats.</summary>
internal static class AgentCase
{
    /// <summary>A case with a place of its own.</summary>
    public static ConformanceCase<AgentUnderTest> Of(string name, string requirement, Func<AgentWorld, Task> check) => new(name, requirement, async context =>
    {
        var world = new AgentWorld(context);
        context.CleanUp(world.DisposeAsync);
        await check(world);
    });

    /// <summary>A case with a place of its own, a running host and an allocated user.</summary>
    public static ConformanceCase<AgentUnderTest> Of(string name, string requirement, Func<AgentWorld, AgentHost, MailboxUnderTest, Task> check) =>
        Of(name, requirement, async world =>
        {
            var host = await world.StartAsync();
            await check(world, host, await host.AddAsync(AgentWorld.Alice));
        });
}
