namespace MailStore.Host.Modules;

/// <summary>
/// A plugin must not bring a copy of the SDK: its own tests would pass with it, and its types would be others than the host's wherever the copy got loaded. A copy of
/// Logging.Abstractions is harmless: many libraries bring one, and the host's is taken whatever lies there (<see cref="HostAssemblies.IsAlwaysShared"/>).
/// </summary>
internal sealed class StraySdkCheck : IPluginCheck
{
    private static readonly string Sdk = HostAssemblies.Sdk + ".dll";

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        if (IsSdk(plugin.Path))
            return new PluginProblem($"{plugin.Path} is the SDK, which the host provides, and no plugin", $"delete {plugin.Path}");
        var stray = plugin.Files.FirstOrDefault(IsSdk);
        return stray is null ? null : new PluginProblem(
            $"{plugin.Path} comes with a copy of the SDK of its own, {stray}, and the host provides that",
            $"delete {Path.Combine(Path.GetDirectoryName(plugin.Path)!, stray)}; its author should keep it out of the output (Private=\"false\" ExcludeAssets=\"runtime\" at the reference)");
    }

    private static bool IsSdk(string file) => string.Equals(Path.GetFileName(file), Sdk, StringComparison.OrdinalIgnoreCase);
}
