using System.Diagnostics;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>The user database as the conformance kit opens it; a schema for each place.</summary>
internal sealed class PostgresUsersUnderTest(string connection) : UserDatabaseUnderTest
{
    public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken)
    {
        var options = new PostgresUserDatabaseOptions { Connection = connection, Schema = PostgresFixture.SchemaOf(context), LockLease = TimeSpan.FromSeconds(2), CachedUsers = 100 };
        return new(new OpenedModule<IUserDatabase>(new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, context)));
    }

    public override ProcessStartInfo DescribePeer(ModuleContext context) => Probe.Describe("peer", connection, PostgresFixture.SchemaOf(context));
}
