namespace MailStore.Sdk.Conformance;

/// <summary>All cases for storage formats.</summary>
internal static class AgentCases
{
    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        new("life: it starts and stops", "StartAsync is called once before any other call, StopAsync once after all others.", async context =>
            await context.StartAsync(context.Module, context.NewPlace()).ConfigureAwait(false)),
    ];
}
