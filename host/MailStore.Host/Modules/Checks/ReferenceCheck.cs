using System.Reflection.Metadata;

namespace MailStore.Host.Modules;

/// <summary>
/// All that a plugin takes from the host must be there, or it would fail at its first call, in the middle of a mail. A library that the plugin brings along is held to
/// this for the contract (SDK, Logging.Abstractions), and for what is newer than the host's: of the rest, old libraries name much that they never use.
/// </summary>
internal sealed class ReferenceCheck : IPluginCheck
{
    private const int MostTold = 3;

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var host = HostAssemblies.Current;
        var assemblies = plugin.Files.Where(PluginAssemblies.IsAssembly).ToList();
        var main = Path.GetFileName(plugin.Path);
        var contents = Contents(main, assemblies, metadata.Assemblies!);
        if (host.HasPassed(contents))
            return null;
        var scope = new PluginScope(plugin, metadata.Assemblies!, host);
        foreach (var file in assemblies.OrderByDescending(file => file == main))
        {
            if (metadata.Assemblies!.Read(file).Metadata is not { } tables || file.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase))
                continue;
            var missing = FindMissing(Path.GetFileNameWithoutExtension(file), tables, scope, host, isMain: file == main);
            if (missing.Count > 0)
                return Problem(Path.Combine(Path.GetDirectoryName(plugin.Path)!, file), missing, plugin, host);
        }

        host.Passed(contents);
        return null;
    }

    private static List<MissingReference> FindMissing(string name, MetadataReader tables, PluginScope scope, HostAssemblies host, bool isMain)
    {
        var from = new AssemblyTypes(name, tables);
        var missing = new HostReferences(from, scope, reference => isMain || IsContractOrNewer(tables, reference, host)).FindMissing().ToList();
        if (tables.AssemblyReferences.Any(handle => tables.StringComparer.Equals(tables.GetAssemblyReference(handle).Name, HostAssemblies.Sdk)))
            missing.AddRange(new ContractImplementations(from, scope).FindMissing());
        return missing;
    }

    /// <summary>All that the verdict hangs on: the names and contents of the DLLs.</summary>
    private static string Contents(string main, List<string> files, PluginAssemblies assemblies) =>
        string.Join('/', files.Select(file => $"{file}:{Convert.ToHexString(assemblies.Read(file).Hash)}").Prepend(main));

    private static bool IsContractOrNewer(MetadataReader tables, AssemblyReference reference, HostAssemblies host)
    {
        var name = tables.GetString(reference.Name);
        return name == HostAssemblies.Sdk || name == HostAssemblies.Logging || host.Find(name)?.Version < reference.Version;
    }

    private static PluginProblem Problem(string path, List<MissingReference> missing, PluginFile plugin, HostAssemblies host)
    {
        var assembly = missing[0].Assembly;
        var names = missing.Where(each => each.Assembly == assembly).Select(each => each.ToString()).Distinct().ToList();
        var list = string.Join(", ", names.Take(MostTold)) + (names.Count > MostTold ? $" and {names.Count - MostTold} more" : "");
        if (assembly != HostAssemblies.Sdk)
        {
            return new PluginProblem(
                $"{path} needs {list} of {assembly}, which this host, with version {host.Find(assembly)!.Version.ToString(3)} of it, does not have",
                $"get a build of the plugin for .NET {Environment.Version.ToString(2)}, or upgrade MailStore and its .NET runtime");
        }

        var built = SdkVersion.TryParse(plugin.SdkVersion ?? "");
        // without a stamp there is only the assembly's version, which is the same for all of a major
        var isNewer = built?.IsNewerThan(SdkVersion.Host) == true;
        return new PluginProblem(
            $"{path} needs {list} of the SDK, which this host, with SDK {SdkVersion.HostText}, does not have{(isNewer ? $"; the plugin was built against SDK {plugin.SdkVersion}" : "")}",
            $"upgrade MailStore{(isNewer ? $" to a version with SDK {built!.Value.Major}.{built.Value.Minor} or later" : "")}, or get a build of the plugin for SDK {SdkVersion.HostText}");
    }
}
