using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>Which module a message is about.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Instance">Its name in the configuration: <c>archive</c> for <c>[mda.archive]</c>.</param>
/// <param name="Module">The name that its plugin gives it.</param>
/// <param name="File">The plugin's file in modules.d.</param>
internal sealed record ModuleIdentity(ModuleKind Kind, string Instance, string Module, string File)
{
    /// <summary><c>mda 'archive'</c>.</summary>
    public string Title { get; } = $"{Kind.ToText()} '{Instance}'";

    /// <summary><c>mda 'archive' (module 'maildir' of modules.d/acme/Acme.Format.dll)</c>.</summary>
    public override string ToString() => Module == Instance ? $"{Title} ({File})" : $"{Title} (module '{Module}' of {File})";
}
