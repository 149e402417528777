using MailStore.Sdk;
using MailStore.Sdk.Conformance;

namespace MailStore.Plugins.Tests.OverUsers;

/// <summary>A storage format whose users are in a given database.</summary>
internal sealed class WithUsers(AgentUnderTest agent, UserDatabaseUnderTest users) : AgentUnderTest
{
    public override bool HasQuota => agent.HasQuota;

    public override bool IsShared => agent.IsShared;

    public override UserDatabaseUnderTest Users => users;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) => agent.OpenAsync(context, cancellationToken);

    public override EffectiveUser Bind(UserRecord user) => agent.Bind(user);
}
