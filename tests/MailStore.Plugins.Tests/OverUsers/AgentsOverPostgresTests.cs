using MailStore.Plugins.Tests.Postgres;
using MailStore.Plugins.Tests.S3;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.OverUsers;

public sealed class AgentsOverPostgresTests(PostgresFixture postgres, RgwFixture rgw) : AgentsOverUsers(postgres, rgw)
{
    // one schema for all cases: each adds its users anew
    private protected override UserDatabaseUnderTest Users => new PostgresUsersUnderTest(Postgres.Connection(), "users");
}
