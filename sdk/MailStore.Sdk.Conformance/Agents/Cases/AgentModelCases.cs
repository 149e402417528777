namespace MailStore.Sdk.Conformance;

/// <summary>Random sequences of all that a host does.</summary>
internal static class AgentModelCases
{
    private const int Sequences = 12;
    private const int Length = 25;

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        new(
            "sequences: whatever is done, no mail is lost",
            $"{AgentRequirements.StoredIsAPromise} {AgentRequirements.NotStoredIsNeverSeen}",
            context => RandomSequences.CheckAsync<AgentUnderTest, AgentOperation>(context, AgentOperation.Next, operations => RunAsync(context, operations), Sequences, Length)),
    ];

    private static async Task RunAsync(CaseContext<AgentUnderTest> context, IReadOnlyList<AgentOperation> operations)
    {
        await using var world = new AgentWorld(context);
        var model = await AgentModel.CreateAsync(world);
        foreach (var operation in operations)
            await model.ApplyAsync(operation);
        await model.CheckAsync();
    }
}
