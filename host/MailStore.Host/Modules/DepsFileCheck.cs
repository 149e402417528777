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
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("runtimeTarget", out _)
                ? null
                : new PluginProblem($"{path} is not a file of dependencies", "copy it again from where the plugin was built");
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
    }
}
