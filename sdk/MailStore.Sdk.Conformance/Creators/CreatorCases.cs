namespace MailStore.Sdk.Conformance;

/// <summary>All cases for creators.</summary>
internal static class CreatorCases
{
    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        new("life: it starts and stops", "StartAsync is called once before any other call, StopAsync once after all others.", async context =>
            await context.StartAsync(context.Module, context.NewPlace()).ConfigureAwait(false)),
    ];
}
