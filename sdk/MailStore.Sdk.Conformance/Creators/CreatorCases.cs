namespace MailStore.Sdk.Conformance;

/// <summary>All cases for creators.</summary>
internal static class CreatorCases
{
    public static IEnumerable<ConformanceCase<CreatorUnderTest>> All =>
    [
        Case("life: it starts and stops", CreatorContract.Life, static _ => Task.CompletedTask),

        new("life: disposed without a start", CreatorContract.Life, static async context =>
        {
            context.Step("the constructor");
            var opened = await context.Module.OpenAsync(context.NewPlace(), context.CancellationToken);
            context.Step("disposal without StartAsync");
            await opened.DisposeAsync();
        }),

        .. CreationCases.All,
        .. CreatorRaceCases.All,
        .. UnknownOutcomeCases.All,
        .. CreatorFaultCases.All,
        .. CreatorCancellationCases.All,
        .. CreatorLockCases.All,
        .. CreatorModelCase.All,
    ];

    /// <summary>A case that begins with one started creator, and ends with a look at what no creator may do.</summary>
    public static ConformanceCase<CreatorUnderTest> Case(string name, string requirement, Func<CreatorBench, Task> check) => new(name, requirement, async context =>
    {
        var bench = await CreatorBench.OpenAsync(context);
        await check(bench);
        bench.CheckEnd("in the end");
    });
}
