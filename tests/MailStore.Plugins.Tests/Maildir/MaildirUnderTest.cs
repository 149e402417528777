using MailStore.Maildir;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>The module with other options than its defaults.</summary>
internal sealed class MaildirUnderTest(string path) : AgentUnderTest
{
    public override bool HasQuota => true;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        new(new OpenedModule<IMailDeliveryAgent>(new MaildirAgent(new MaildirOptions { Path = path }, NullLogger<MaildirAgent>.Instance, TimeProvider.System, context)));

    public override EffectiveUser Bind(UserRecord user) => new(user, new MaildirOptions
    {
        Path = path,
        Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null,
    });
}
