namespace MailStore.Host.Modules;

/// <summary>
/// A module did not start, and so nothing did. The inner exception says what kind of failure it is: <see cref="Sdk.ModuleConfigurationException"/>,
/// <see cref="Sdk.TemporaryFailureException"/> or <see cref="ModuleFaultException"/>. Told without a stack trace.
/// </summary>
internal sealed class ModuleStartException(ModuleIdentity module, Exception reason)
    : Exception($"{module} did not start: {reason.Message}", reason)
{
    public ModuleIdentity Module { get; } = module;
}
