using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>
/// A plugin must not bring a copy of the SDK: its own tests would pass with it, and its types would be others than the host's wherever the copy got loaded.
/// </summary>
internal sealed class StraySdkCheck : IPluginCheck
{
    private static readonly string Sdk = typeof(MailStoreModuleAttribute).Assembly.GetName().Name + ".dll";

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var stray = plugin.Files.FirstOrDefault(file => string.Equals(Path.GetFileName(file), Sdk, StringComparison.OrdinalIgnoreCase));
        return stray is null ? null : new PluginProblem(
            $"{plugin.Path} comes with a copy of the SDK of its own, {stray}, and the host provides that",
            $"delete {Path.Combine(Path.GetDirectoryName(plugin.Path)!, stray)}; its author should keep it out of the output (Private=\"false\" ExcludeAssets=\"runtime\" at the reference)");
    }
}
