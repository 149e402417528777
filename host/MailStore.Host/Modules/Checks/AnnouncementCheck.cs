namespace MailStore.Host.Modules;

/// <summary>What a plugin announces must be modules: well named, each of one kind, each once.</summary>
internal sealed class AnnouncementCheck : IPluginCheck
{
    private const string ForItsAuthor = "this is for its author to mend; remove it meanwhile";

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        if (metadata.Announcements.Count == 0)
            return new PluginProblem($"{plugin.Path} announces no module", "it is not a plugin of MailStore, or lacks its [assembly: MailStoreModule(…)]; remove it");

        foreach (var found in metadata.Announcements)
        {
            if (found.Name is not { Length: > 0 } name || name.Any(letter => letter is not (>= 'a' and <= 'z' or >= '0' and <= '9' or '-')))
                return Problem($"announces a module named '{found.Name}'; names are lower-case letters, digits and hyphens");
            if (!found.TypeFound)
                return Problem($"announces the module '{name}', but its class {found.TypeName} is not in this assembly");
            if (found.Contracts.Count == 0)
                return Problem($"announces the module '{name}', but its class {found.TypeName} implements none of IMailDeliveryAgent, ICreator and IUserDatabase");
            if (found.Contracts.Count > 1)
                return Problem($"announces the module '{name}', but its class {found.TypeName} implements {string.Join(" and ", found.Contracts.Select(kind => kind.ToContract().Name))}; a module is one of them");
        }

        var twice = plugin.Modules.GroupBy(module => (module.Kind, module.Name)).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : Problem($"announces the {twice.Key.Kind.ToText()} '{twice.Key.Name}' twice");

        PluginProblem Problem(string what) => new($"{plugin.Path} {what}", ForItsAuthor);
    }
}
