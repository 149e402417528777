using MailStore.Postgres.Mailboxes;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class AgentConformanceTests(PostgresFixture fixture)
{
    // what depends on whose the tables are
    private static readonly string[] Groups = ["allocation: ", "release: ", "removal: ", "folders: "];

    public static TheoryData<string> CasesOfTables => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1"
        ? Cases
        : [.. ConformanceKit.Agents.Names.Where(name => Groups.Any(group => name.StartsWith(group, StringComparison.Ordinal)))];

    public static TheoryData<string> Cases => [.. ConformanceKit.Agents.Names];

    [PostgresTheory, MemberData(nameof(Cases))]
    public Task Rows_of_shared_tables_keep_the_contract(string name) => RunAsync(name, MailboxLayout.Table);

    [PostgresTheory, MemberData(nameof(CasesOfTables))]
    public Task A_schema_a_user_keeps_the_contract(string name) => RunAsync(name, MailboxLayout.Schema);

    private async Task RunAsync(string name, MailboxLayout layout)
    {
        var verdict = await ConformanceKit.Agents.RunAsync(name, new PostgresAgentUnderTest(fixture.Server.Connection(), layout));
        Assert.True(string.IsNullOrEmpty(verdict.Remark), verdict.Remark);
    }
}
