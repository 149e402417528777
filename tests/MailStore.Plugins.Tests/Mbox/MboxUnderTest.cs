using MailStore.Mbox;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>The module as the conformance kit opens it.</summary>
internal sealed class MboxUnderTest(params MboxLock[] locks) : AgentUnderTest
{
    public override bool HasQuota => true;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        new(new OpenedModule<IMailDeliveryAgent>(new MboxAgent(Options(), NullLogger<MboxAgent>.Instance, TimeProvider.System, context)));

    public override EffectiveUser Bind(UserRecord user)
    {
        var options = Options();
        options.Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null;
        return new EffectiveUser(user, options);
    }

    private MboxOptions Options() => new() { Locks = [.. locks] };
}
