using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace Company.Module1.Tests;

/// <summary>Each case of the conformance kit is a test of its own: what the contract asks for, and whether the module keeps it.</summary>
public sealed class ConformanceTests
{
    private static readonly CreatorUnderTest Module = CreatorUnderTest.Of(
        _ => new SampleCreator(new SampleOptions(), NullLogger<SampleCreator>.Instance, TimeProvider.System));

    public static TheoryData<string> Cases => [.. ConformanceKit.Creators.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task Keeps_the_contract(string name) => ConformanceKit.Creators.RunAsync(name, Module);
}
