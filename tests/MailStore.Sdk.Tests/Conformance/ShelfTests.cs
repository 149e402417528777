using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>A module that keeps the contract passes every case.</summary>
public sealed class ShelfTests
{
    private static readonly AgentUnderTest Module = AgentUnderTest.Of<ShelfOptions>((_, context) => new ShelfAgent(context), (options, quota) => options.Quota = quota);

    private static readonly AgentUnderTest Inspecting = AgentUnderTest.Of<ShelfOptions>((_, context) => new InspectingShelf(context));

    public static TheoryData<string> InspectionCases => [.. ConformanceKit.Agents.Names.Where(name => name.StartsWith("inspection: ", StringComparison.Ordinal))];

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task It_keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, Module);

    [Theory, MemberData(nameof(InspectionCases))]
    public async Task One_that_inspects_itself_keeps_that_contract_too(string name) =>
        Assert.Equal(ConformanceVerdict.Kept, await ConformanceKit.Agents.RunAsync(name, Inspecting));
}
