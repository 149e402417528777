using MailStore.Maildir;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class ConformanceTests
{
    private static readonly AgentUnderTest Module = AgentUnderTest.Of<MaildirOptions>(
        (options, context) => new MaildirAgent(options, NullLogger<MaildirAgent>.Instance, TimeProvider.System, context),
        (options, quota) => options.Quota = quota);

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task Maildir_keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, Module);
}
