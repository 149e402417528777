using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>A module of the configuration, found and loaded but not constructed.</summary>
/// <param name="Options">An instance of its options class, bound; null if it has none.</param>
internal sealed record ModuleBinding(ModuleSection Section, PluginFile Plugin, PluginModule Module, ModuleActivator Activator, object? Options)
{
    public ModuleIdentity Identity { get; } = new(Section.Kind, Section.Instance, Section.Module, Plugin.Path);
}
