using System.Text.Json;

namespace MailStore.Host.Modules;

/// <summary>
/// A plugin's <c>.runtimeconfig.json</c>, where it has one, must ask for no other framework than the host has, and must name no folders to load libraries from: all that
/// is loaded comes from the private copy, as it was checked.
/// </summary>
internal sealed class RuntimeConfigCheck : IPluginCheck
{
    private static readonly string[] Ours = ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"];
    private static readonly string[] Extensions = [".runtimeconfig.json", ".runtimeconfig.dev.json"];
    private static readonly string[] Lists = ["frameworks", "includedFrameworks"];
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var names = Extensions.Select(extension => Path.GetFileName(Path.ChangeExtension(plugin.Path, extension)));
        return names.Where(plugin.Files.Contains).Select(name => Check(plugin, Path.Combine(Path.GetDirectoryName(plugin.Path)!, name))).FirstOrDefault(problem => problem is not null);
    }

    private static PluginProblem? Check(PluginFile plugin, string path)
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(path), Lenient);
            if (file.RootElement.ValueKind != JsonValueKind.Object || !file.RootElement.TryGetProperty("runtimeOptions", out var options) || options.ValueKind != JsonValueKind.Object)
                return Damaged("it has no runtimeOptions");
            if (options.TryGetProperty("additionalProbingPaths", out _))
            {
                return new PluginProblem(
                    $"{path} has libraries loaded from outside of the plugin (additionalProbingPaths)",
                    path.EndsWith(".dev.json", StringComparison.Ordinal) ? $"delete it: it is for the author's machine" : "have its author publish it ('dotnet publish'), with all its libraries beside it");
            }

            return Frameworks(options).Select(framework => Judge(plugin, path, framework)).FirstOrDefault(problem => problem is not null);
        }
        catch (JsonException exception)
        {
            return Damaged(exception.Message);
        }
        catch (InvalidOperationException) // an element of another kind
        {
            return Damaged("its frameworks cannot be read");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PluginProblem($"{path} cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read it");
        }

        PluginProblem Damaged(string how) => new($"{path} is damaged: {how}", "copy it again from where the plugin was built");
    }

    private static PluginProblem? Judge(PluginFile plugin, string path, (string Name, string Version) framework)
    {
        var host = Environment.Version;
        if (!Ours.Contains(framework.Name))
        {
            return new PluginProblem(
                $"{plugin.Path} asks for the framework {framework.Name} ({Path.GetFileName(path)}), and this host has {string.Join(" and ", Ours)} {host}",
                "get a build of the plugin that does without");
        }

        // a patch more or less makes no difference to what there is
        if (!Version.TryParse(framework.Version.Split('-')[0], out var version) || (version.Major, version.Minor).CompareTo((host.Major, host.Minor)) <= 0)
            return null;
        return new PluginProblem(
            $"{plugin.Path} asks for {framework.Name} {framework.Version} ({Path.GetFileName(path)}), and this host runs on .NET {host}",
            $"get a build of the plugin for net{host.ToString(2)} or older, or upgrade MailStore and its .NET runtime");
    }

    private static IEnumerable<(string Name, string Version)> Frameworks(JsonElement options)
    {
        if (options.TryGetProperty("framework", out var one))
            yield return Read(one);
        foreach (var key in Lists)
        {
            if (!options.TryGetProperty(key, out var many))
                continue;
            foreach (var each in many.EnumerateArray())
                yield return Read(each);
        }

        static (string Name, string Version) Read(JsonElement framework) => (Text(framework, "name"), Text(framework, "version"));

        static string Text(JsonElement framework, string key) => framework.TryGetProperty(key, out var value) ? value.GetString() ?? "" : "";
    }
}
