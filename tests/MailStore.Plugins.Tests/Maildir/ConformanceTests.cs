using MailStore.Maildir;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class ConformanceTests
{
    private static readonly AgentUnderTest Module = AgentUnderTest.Of<MaildirOptions>(
        (options, context) => new MaildirAgent(options, NullLogger<MaildirAgent>.Instance, TimeProvider.System, context),
        (options, quota) => options.Quota = quota);

    // what depends on where mailboxes are, and on folders
    private static readonly string[] Groups = ["parse: ", "folders: ", "names: ", "quota: ", "removal: ", "sequences: "];

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    public static TheoryData<string> CasesOfPlaces => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1"
        ? Cases
        : [.. ConformanceKit.Agents.Names.Where(name => Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal)))];

    [Theory, MemberData(nameof(Cases))]
    public Task Maildir_keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, Module);

    [Theory, MemberData(nameof(CasesOfPlaces))]
    public Task It_keeps_it_with_hashed_places_and_a_folder_for_each_detail(string name) =>
        ConformanceKit.Agents.RunAsync(name, new MaildirUnderTest("mail/{hash:2}/{user}/.{detail}"));
}
