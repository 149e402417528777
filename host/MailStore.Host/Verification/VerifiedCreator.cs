using MailStore.Sdk;
using MailStore.Sdk.Conformance;

namespace MailStore.Host.Verification;

/// <summary>A creator of a plugin, for the conformance kit.</summary>
internal sealed class VerifiedCreator(VerifiedPlugin plugin) : CreatorUnderTest
{
    public override ValueTask<OpenedModule<ICreator>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        plugin.OpenAsync<ICreator>(context);
}
