using MailStore.Maildir;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>The module with other options than its defaults.</summary>
internal sealed class MaildirUnderTest(string path, Durability durability = Durability.Direct) : AgentUnderTest
{
    public override bool HasQuota => true;

    // a journal belongs to one process
    public override bool IsShared => durability == Durability.Direct;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken)
    {
        var agent = new MaildirAgent(new MaildirOptions { Path = path, Durability = durability }, NullLogger<MaildirAgent>.Instance, TimeProvider.System, context);
        agent.JournalStart.FindFault = (_, _) => null;
        agent.JournalStart.Capacity = 1 << 20;
        return new(new OpenedModule<IMailDeliveryAgent>(agent));
    }

    public override EffectiveUser Bind(UserRecord user) => new(user, new MaildirOptions
    {
        Path = path,
        Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null,
    });
}
