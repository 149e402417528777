using System.Diagnostics;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>The user database as the conformance kit opens it.</summary>
/// <param name="schema">One schema for all places, which is quicker; null for one for each.</param>
internal sealed class PostgresUsersUnderTest(string connection, string? schema = null) : UserDatabaseUnderTest
{
    public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken)
    {
        var options = new PostgresUserDatabaseOptions { Connection = connection, Schema = SchemaOf(context), LockLease = TimeSpan.FromSeconds(2), CachedUsers = 100 };
        return new(new OpenedModule<IUserDatabase>(new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, context)));
    }

    public override ProcessStartInfo DescribePeer(ModuleContext context) => Probe.Describe("peer", connection, SchemaOf(context));

    private string SchemaOf(ModuleContext context) => schema ?? PostgresFixture.SchemaOf(context);
}
