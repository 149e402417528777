using MailStore.LiteDb.Mails;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

/// <summary>The module as the conformance kit opens it.</summary>
internal sealed class LiteDbUnderTest(string path = "litedb/{domain}/{local}.db", int maxOpenFiles = 256) : AgentUnderTest
{
    public override bool HasQuota => true;

    // the file belongs to one process
    public override bool IsShared => false;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        new(new OpenedModule<IMailDeliveryAgent>(new LiteDbAgent(Options(), NullLogger<LiteDbAgent>.Instance, TimeProvider.System, context)));

    public override EffectiveUser Bind(UserRecord user)
    {
        var options = Options();
        options.Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null;
        return new EffectiveUser(user, options);
    }

    private LiteDbAgentOptions Options() => new() { Path = path, MaxOpenFiles = maxOpenFiles };
}
