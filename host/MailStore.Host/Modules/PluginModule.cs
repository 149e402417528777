using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>One module that a plugin announces, as its metadata tells.</summary>
/// <param name="Name">By which the configuration asks for it.</param>
/// <param name="TypeName">Its class, as reflection writes it.</param>
/// <param name="Description">Of the class's <c>[Description]</c>, or null.</param>
internal sealed record PluginModule(ModuleKind Kind, string Name, string TypeName, string? Description);
