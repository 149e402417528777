using System.Text.Json;

namespace MailStore.Host.Modules;

/// <summary>Without its <c>.deps.json</c> a plugin's own libraries cannot be told from those of the host.</summary>
internal sealed class DepsFileCheck : IPluginCheck
{
    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var path = DepsFile.Beside(plugin.Path);
        try
        {
            using var json = DepsFile.Read(path);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("runtimeTarget", out _))
                return NoDependencies();
            return DepsFile.NamesIn(json).FirstOrDefault(name => !DepsFile.IsInside(name)) is { } outside
                ? new PluginProblem($"{path} names a library outside of the plugin's folder, '{outside}'", "this is for its author to mend; remove the plugin meanwhile")
                : null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException)
        {
            return NoDependencies();
        }
        catch (FileNotFoundException)
        {
            return new PluginProblem(
                $"{Path.GetFileName(path)} is missing beside {plugin.Path}",
                "copy it from where the plugin was built; its author sets EnableDynamicLoading to have it made");
        }
        catch (JsonException exception)
        {
            return new PluginProblem($"{path} is damaged: {exception.Message}", "copy it again from where the plugin was built");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PluginProblem($"{path} cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read it");
        }

        PluginProblem NoDependencies() => new($"{path} is not a file of dependencies", "copy it again from where the plugin was built");
    }
}
