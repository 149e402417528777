using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class ConformanceTests
{
    private static readonly ConformanceOptions Options = new() { Effort = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 20 : 1, TimeLimit = TimeSpan.FromMinutes(3) };

    public static TheoryData<string> Cases => [.. ConformanceKit.UserDatabases.Names];

    [Theory, MemberData(nameof(Cases))]
    public Task Keeps_the_contract(string name) => ConformanceKit.UserDatabases.RunAsync(name, new LiteDbUsersUnderTest(), Options);

    [Fact]
    public async Task What_is_not_tried_is_for_databases_that_hosts_share()
    {
        foreach (var name in ConformanceKit.UserDatabases.Names.Where(name => name.StartsWith("shared", StringComparison.Ordinal)))
            Assert.Contains("no ISharedUserDatabase", (await ConformanceKit.UserDatabases.RunAsync(name, new LiteDbUsersUnderTest(), Options)).Remark, StringComparison.Ordinal);
    }
}
