using MailStore.Host.Configuration;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;

namespace MailStore.Host.Verification;

/// <summary>A storage format of a plugin, for the conformance kit.</summary>
internal sealed class VerifiedAgent(VerifiedPlugin plugin) : AgentUnderTest
{
    private readonly Type? _options = plugin.Binding.Activator.OptionsType;

    public override bool HasQuota { get; } = plugin.Binding.Activator.OptionsType is { } options
        && OptionsDescription.For(options).Any(option => option is { Key: Quota, IsUserSetting: true });

    public override bool IsShared { get; } = !plugin.Binding.Activator.Implementation.IsAssignableTo(typeof(ISingleHostAgent));

    public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
        plugin.OpenAsync<IMailDeliveryAgent>(context);

    public override EffectiveUser Bind(UserRecord user)
    {
        if (_options is null)
            return new EffectiveUser(user, null);
        var mistakes = new List<string>();
        var options = OptionsBinder.BindForUser(
            _options, plugin.Binding.Section.Table, [SettingsLayer.FromRecord(user)], mistakes);
        return mistakes.Count == 0 ? new EffectiveUser(user, options) : throw new ConformanceException(string.Join("; ", mistakes));
    }
}
