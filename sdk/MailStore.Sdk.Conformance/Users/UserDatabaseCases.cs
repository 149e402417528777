namespace MailStore.Sdk.Conformance;

/// <summary>All cases for user databases.</summary>
internal static class UserDatabaseCases
{
    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        new("life: it starts and stops", "StartAsync is called once before any other call, StopAsync once after all others.", async context =>
            await context.StartAsync(context.Module, context.NewPlace()).ConfigureAwait(false)),
    ];
}
