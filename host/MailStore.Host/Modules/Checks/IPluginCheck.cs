namespace MailStore.Host.Modules;

/// <summary>
/// One thing that must be so before any code of a plugin runs. Asked of the plugin in the modules directory, and of its private copy once more before that
/// is loaded: what was checked is what is loaded.
/// </summary>
internal interface IPluginCheck
{
    /// <returns>What is wrong, or null.</returns>
    PluginProblem? Check(PluginFile plugin, PluginMetadata metadata);
}
