using System.Diagnostics;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

public sealed class UserConformanceTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private static readonly ConformanceOptions Options = new() { Effort = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 10 : 1, TimeLimit = TimeSpan.FromMinutes(3) };

    public static TheoryData<string> Cases => [.. ConformanceKit.UserDatabases.Names];

    [PostgresTheory, MemberData(nameof(Cases))]
    public async Task Keeps_the_contract(string name)
    {
        var verdict = await ConformanceKit.UserDatabases.RunAsync(name, new Module(fixture.Server.Connection()), Options);
        if (!name.EndsWith("a second opening is refused", StringComparison.Ordinal))
            Assert.True(string.IsNullOrEmpty(verdict.Remark), verdict.Remark);
    }

    private sealed class Module(string connection) : UserDatabaseUnderTest
    {
        public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken)
        {
            var options = new PostgresUserDatabaseOptions { Connection = connection, Schema = PostgresFixture.SchemaOf(context), LockLease = TimeSpan.FromSeconds(2), CachedUsers = 100 };
            return new(new OpenedModule<IUserDatabase>(new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, context)));
        }

        public override ProcessStartInfo DescribePeer(ModuleContext context) => Probe.Describe("peer", connection, PostgresFixture.SchemaOf(context));
    }
}
