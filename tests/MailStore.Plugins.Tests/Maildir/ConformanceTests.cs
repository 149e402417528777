using MailStore.Maildir;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>In its usual places the module is tried over each user database: see <see cref="OverUsers.AgentsOverUsers"/>.</summary>
public sealed class ConformanceTests
{
    // what depends on where mailboxes are, and on folders
    private static readonly string[] Groups = ["parse: ", "folders: ", "names: ", "quota: ", "removal: ", "sequences: "];

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    public static TheoryData<string> CasesOfPlaces =>
    [
        .. ConformanceKit.Agents.Names.Where(name =>
            Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" || Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal))),
    ];

    [Theory, MemberData(nameof(CasesOfPlaces))]
    public Task Hashed_places_and_a_folder_for_each_detail_keep_the_contract(string name) =>
        ConformanceKit.Agents.RunAsync(name, new MaildirUnderTest("mail/{hash:2}/{user}/.{detail}"));

    [Theory, MemberData(nameof(Cases))]
    public Task With_a_journal_it_keeps_the_contract(string name) =>
        ConformanceKit.Agents.RunAsync(name, new MaildirUnderTest("mail/{domain}/{local}", Durability.Journal));
}
