using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

public sealed class ConformanceTests
{
    // what depends on where mailboxes are, and on who shares a file
    private static readonly string[] Groups = ["allocation: ", "release: ", "quota: ", "removal: ", "at once: ", "names: ", "life: "];

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    public static TheoryData<string> CasesOfPlaces => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1"
        ? Cases
        : [.. ConformanceKit.Agents.Names.Where(name => Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal)))];

    [Theory, MemberData(nameof(Cases))]
    public Task A_file_a_user_keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, new LiteDbUnderTest());

    [Theory, MemberData(nameof(CasesOfPlaces))]
    public Task One_file_for_all_keeps_it(string name) => ConformanceKit.Agents.RunAsync(name, new LiteDbUnderTest("mails.db"));

    [Theory, MemberData(nameof(CasesOfPlaces))]
    public Task A_file_a_domain_of_which_few_are_open_at_once_keeps_it(string name) => ConformanceKit.Agents.RunAsync(name, new LiteDbUnderTest("litedb/{hash:2}/{domain}.db", maxOpenFiles: 1));
}
