using MailStore.Plugins.Tests.LiteDb;
using MailStore.Plugins.Tests.Postgres;
using MailStore.Plugins.Tests.S3;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.OverUsers;

public sealed class AgentsOverLiteDbTests(PostgresFixture postgres, RgwFixture rgw) : AgentsOverUsers(postgres, rgw)
{
    private protected override UserDatabaseUnderTest Users => new LiteDbUsersUnderTest();
}
