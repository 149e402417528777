using MailStore.Mbox;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.Mbox;

public sealed class ConformanceTests
{
    // what depends on who holds the file
    private static readonly string[] Groups = ["at once: ", "reading: ", "removal: ", "release: ", "cancellation: "];

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    public static TheoryData<string> CasesOfLocks => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1"
        ? Cases
        : [.. ConformanceKit.Agents.Names.Where(name => Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal)))];

    [Theory, MemberData(nameof(Cases))]
    public Task Keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, new MboxUnderTest(MboxLock.Fcntl, MboxLock.Dotlock));

    [Theory, MemberData(nameof(CasesOfLocks))]
    public Task Keeps_it_with_lock_files_alone(string name) => ConformanceKit.Agents.RunAsync(name, new MboxUnderTest(MboxLock.Dotlock));

    [Theory, MemberData(nameof(CasesOfLocks))]
    public Task Keeps_it_with_locks_of_the_system_alone(string name) => ConformanceKit.Agents.RunAsync(name, new MboxUnderTest(MboxLock.Fcntl));
}
