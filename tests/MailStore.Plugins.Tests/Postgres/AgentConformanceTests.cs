using MailStore.Postgres.Mailboxes;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>Rows of shared tables, the default, are tried over each user database: see <see cref="OverUsers.AgentsOverUsers"/>.</summary>
[Collection(PostgresCollection.Name)]
public sealed class AgentConformanceTests(PostgresFixture fixture)
{
    // what depends on whose the tables are
    private static readonly string[] Groups = ["allocation: ", "release: ", "removal: ", "folders: "];

    public static TheoryData<string> CasesOfTables => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1"
        ? [.. ConformanceKit.Agents.Names]
        : [.. ConformanceKit.Agents.Names.Where(name => Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal)))];

    [PostgresTheory, MemberData(nameof(CasesOfTables))]
    public async Task A_schema_a_user_keeps_the_contract(string name)
    {
        var verdict = await ConformanceKit.Agents.RunAsync(name, new PostgresAgentUnderTest(fixture.Server.Connection(), MailboxLayout.Schema));
        Assert.True(string.IsNullOrEmpty(verdict.Remark), verdict.Remark);
    }
}
