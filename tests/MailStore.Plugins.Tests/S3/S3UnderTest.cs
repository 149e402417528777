using System.Security.Cryptography;
using System.Text;
using MailStore.S3;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using MailStore.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.S3;

/// <summary>The module over the server; a prefix for each place of the kit.</summary>
internal sealed class S3UnderTest(CephRgw server, string bucket, Action<S3Options>? change = null) : AgentUnderTest
{
    private string _root = "";

    public override bool HasQuota => true;

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken)
    {
        _root = $"p{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context.DataDirectory)))[..12]}";
        var keys = Path.Combine(context.DataDirectory, "keys");
        if (!File.Exists(keys))
            S3World.WriteKeys(keys);
        var options = Options();
        options.CredentialsFile = keys;
        return new(new OpenedModule<IMailDeliveryAgent>(new S3Agent(options, NullLogger<S3Agent>.Instance, TimeProvider.System, context)));
    }

    public override EffectiveUser Bind(UserRecord user)
    {
        var options = Options();
        options.Quota = user.Settings.TryGetValue(Quota, out var quota) ? ByteSize.Parse(quota) : null;
        return new EffectiveUser(user, options);
    }

    private S3Options Options()
    {
        var options = new S3Options { Endpoint = server.Endpoint, Bucket = bucket, Prefix = $"{_root}/mail/{{domain}}/{{local}}" };
        change?.Invoke(options);
        return options;
    }
}
