using MailStore.Sdk.Conformance;

namespace Company.Module1.Tests;

/// <summary>Each case of the conformance kit is a test of its own: what the contract asks for, and whether the module keeps it.</summary>
public sealed class ConformanceTests
{
    private static readonly UserDatabaseUnderTest Module = UserDatabaseUnderTest.Of(context => new SampleUserDatabase(new SampleOptions(), context));

    public static TheoryData<string> Cases => [.. ConformanceKit.UserDatabases.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task Keeps_the_contract(string name) => ConformanceKit.UserDatabases.RunAsync(name, Module);
}
