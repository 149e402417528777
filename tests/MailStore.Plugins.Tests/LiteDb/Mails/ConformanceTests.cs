using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

/// <summary>A file a user, the default, is tried over each user database: see <see cref="OverUsers.AgentsOverUsers"/>.</summary>
public sealed class ConformanceTests
{
    // what depends on where mailboxes are, and on who shares a file
    private static readonly string[] Groups = ["allocation: ", "release: ", "quota: ", "removal: ", "at once: ", "names: ", "life: "];

    public static TheoryData<string> CasesOfPlaces => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1"
        ? [.. ConformanceKit.Agents.Names]
        : [.. ConformanceKit.Agents.Names.Where(name => Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal)))];

    [Theory, MemberData(nameof(CasesOfPlaces))]
    public Task One_file_for_all_keeps_it(string name) => ConformanceKit.Agents.RunAsync(name, new LiteDbUnderTest("mails.db"));

    [Theory, MemberData(nameof(CasesOfPlaces))]
    public Task A_file_a_domain_of_which_few_are_open_at_once_keeps_it(string name) => ConformanceKit.Agents.RunAsync(name, new LiteDbUnderTest("litedb/{hash:2}/{domain}.db", maxOpenFiles: 1));
}
