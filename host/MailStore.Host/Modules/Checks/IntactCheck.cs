namespace MailStore.Host.Modules;

/// <summary>
/// The libraries of a plugin must be whole: one that was cut off while it was copied would be found out at its first use. Native libraries are let pass; whether they fit
/// is between them and the plugin.
/// </summary>
internal sealed class IntactCheck : IPluginCheck
{
    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var folder = Path.GetDirectoryName(plugin.Path)!;
        foreach (var file in plugin.Files.Where(PluginAssemblies.IsAssembly))
        {
            var path = Path.Combine(folder, file);
            try
            {
                if (metadata.Assemblies!.Read(file) is { Damage: { } damage, IsNative: false })
                    return new PluginProblem($"the library {path} of the plugin {damage}", "copy the plugin's files again from where it was built or downloaded");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return new PluginProblem($"the library {path} of the plugin cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read it");
            }
        }

        return null;
    }
}
