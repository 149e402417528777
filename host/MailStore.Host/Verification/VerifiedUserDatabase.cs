using System.Diagnostics;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;

namespace MailStore.Host.Verification;

/// <summary>A user database of a plugin, for the conformance kit.</summary>
/// <param name="peer">Describes the process that opens the same database at a place, for the cases with two processes.</param>
internal sealed class VerifiedUserDatabase(VerifiedPlugin plugin, Func<ModuleContext, ProcessStartInfo> peer) : UserDatabaseUnderTest
{
    public override ValueTask<OpenedModule<IUserDatabase>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        plugin.OpenAsync<IUserDatabase>(context);

    public override ProcessStartInfo? DescribePeer(ModuleContext context) => peer(context);
}
