namespace MailStore.Host.Modules;

/// <summary>A plugin must be compiled for this .NET, an older one, or .NET Standard: <c>TargetFrameworkAttribute</c> says so.</summary>
internal sealed class FrameworkCheck : IPluginCheck
{
    private const string Core = ".NETCoreApp";

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var build = $"get a build of the plugin for net{Environment.Version.ToString(2)} or older";
        if (Parse(metadata.TargetFramework) is not var (family, version))
            return null; // a compiler without MSBuild may say nothing; what is used is checked one by one
        if (family == Core && version.Major > Environment.Version.Major)
        {
            return new PluginProblem(
                $"{plugin.Path} is made for net{version.ToString(2)}, and this host runs on .NET {Environment.Version}", $"{build}, or upgrade MailStore and its .NET runtime");
        }

        return family is Core or ".NETStandard" ? null : new PluginProblem(
            $"{plugin.Path} is made for {(family == ".NETFramework" ? ".NET Framework, which runs on Windows alone" : $"'{metadata.TargetFramework}', which this host does not know")}", build);
    }

    /// <summary><c>.NETCoreApp,Version=v10.0</c></summary>
    private static (string Family, Version Version)? Parse(string? framework)
    {
        var parts = framework?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        const string prefix = "Version=v";
        return parts.Length >= 2 && parts[1].StartsWith(prefix, StringComparison.Ordinal) && Version.TryParse(parts[1][prefix.Length..], out var version)
            ? (parts[0], version)
            : null;
    }
}
