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
        return new(new OpenedMaildir(agent));
    }

    public override EffectiveUser Bind(UserRecord user) => new(user, new MaildirOptions
    {
        Path = path,
        Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null,
    });

    /// <summary>Started only when its journal is open: what a case sees of the disk is its own doing then.</summary>
    private sealed class OpenedMaildir(MaildirAgent agent) : OpenedModule<IMailDeliveryAgent>(agent)
    {
        public override async ValueTask StartAsync(CancellationToken cancellationToken)
        {
            await base.StartAsync(cancellationToken);
            await agent.JournalOpening.WaitAsync(cancellationToken);
        }
    }
}
