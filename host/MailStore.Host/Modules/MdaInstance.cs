using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>One <c>[mda.NAME]</c>, as deliveries use it.</summary>
/// <param name="OptionsType">The class that a user's options are bound to; null if the module has none.</param>
/// <param name="Table">The table, over whose options a domain's and a user's settings are laid; null where the configuration has none.</param>
internal sealed record MdaInstance(string Name, Type? OptionsType, ConfigTable? Table, GuardedAgent Agent);
