namespace MailStore.Host.Modules;

/// <summary>
/// Another major version of the SDK is another contract. Another minor version is not: the contract only grows, and what a plugin uses of a newer one that the
/// host lacks is told by name; see <see cref="ReferenceCheck"/>.
/// </summary>
internal sealed class SdkVersionCheck : IPluginCheck
{
    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        if (metadata.SdkVersion is not { } text)
            return null; // announces nothing, then
        if (SdkVersion.TryParse(text) is not { } version)
            return new PluginProblem($"{plugin.Path} says that it was built against the SDK '{text}', which is no version", "this is for its author to mend; remove it meanwhile");
        if (version.Major == SdkVersion.Host.Major)
            return null;
        var build = $"get a build of the plugin for SDK {SdkVersion.Host.Major}.x";
        return new PluginProblem(
            $"{plugin.Path} was built against SDK {text}, and this host has SDK {SdkVersion.HostText}: another major version is another contract",
            version.IsNewerThan(SdkVersion.Host) ? $"upgrade MailStore to a version with SDK {version.Major}.x, or {build}" : build);
    }
}
