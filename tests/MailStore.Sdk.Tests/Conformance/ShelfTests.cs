using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>A module that keeps the contract passes every case.</summary>
public sealed class ShelfTests
{
    private static readonly AgentUnderTest Module = AgentUnderTest.Of<ShelfOptions>((_, context) => new ShelfAgent(context), (options, quota) => options.Quota = quota);

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task It_keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, Module);
}
