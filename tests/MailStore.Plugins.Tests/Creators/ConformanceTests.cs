using MailStore.Creators;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Creators;

public sealed class ConformanceTests
{
    private static readonly ConformanceOptions Options = new() { Effort = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 20 : 1, TimeLimit = TimeSpan.FromMinutes(3) };

    private static readonly CreatorUnderTest Lock = CreatorUnderTest.Of(_ => new LockCreator(NullLogger<LockCreator>.Instance, TimeProvider.System));
    private static readonly CreatorUnderTest Trial = CreatorUnderTest.Of(_ => new TrialCreator(NullLogger<TrialCreator>.Instance, TimeProvider.System));
    private static readonly CreatorUnderTest None = CreatorUnderTest.Of(_ => new NoneCreator(NullLogger<NoneCreator>.Instance));

    public static TheoryData<string> Cases => [.. ConformanceKit.Creators.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task Lock_keeps_the_contract(string name) => ConformanceKit.Creators.RunAsync(name, Lock, Options);

    [Theory, MemberData(nameof(Cases))]
    public Task Trial_keeps_the_contract(string name) => ConformanceKit.Creators.RunAsync(name, Trial, Options);

    [Theory, MemberData(nameof(Cases))]
    public Task None_keeps_the_contract(string name) => ConformanceKit.Creators.RunAsync(name, None, Options);
}
