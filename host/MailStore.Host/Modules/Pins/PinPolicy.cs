namespace MailStore.Host.Modules;

/// <summary>What plugins have to look like.</summary>
/// <param name="IsRequired">Whether a plugin that is not pinned is refused, too.</param>
internal sealed record PinPolicy(ModulesLock Lock, bool IsRequired);
