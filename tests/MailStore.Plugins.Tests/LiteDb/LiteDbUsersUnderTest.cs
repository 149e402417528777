using System.Diagnostics;
using MailStore.LiteDb.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.LiteDb;

/// <summary>The user database as the conformance kit opens it.</summary>
internal sealed class LiteDbUsersUnderTest : UserDatabaseUnderTest
{
    public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) => new(new OpenedModule<IUserDatabase>(
        new LiteDbUserDatabase(new LiteDbUserDatabaseOptions { CachedUsers = 100 }, NullLogger<LiteDbUserDatabase>.Instance, TimeProvider.System, context)));

    public override ProcessStartInfo DescribePeer(ModuleContext context) => Probe.Describe(["peer", context.DataDirectory]);
}
