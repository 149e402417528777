using MailStore.Postgres.Mailboxes;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>The storage in one of its layouts.</summary>
internal sealed class PostgresAgentUnderTest(string connection, MailboxLayout layout) : AgentUnderTest
{
    public override bool HasQuota => true;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken)
    {
        var options = new PostgresAgentOptions { Connection = connection, Schema = PostgresFixture.SchemaOf(context), Layout = layout };
        return new(new OpenedModule<IMailDeliveryAgent>(new PostgresAgent(options, NullLogger<PostgresAgent>.Instance, TimeProvider.System, context)));
    }

    public override EffectiveUser Bind(UserRecord user) => new(user, new PostgresAgentOptions
    {
        Layout = layout,
        Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null,
    });
}
