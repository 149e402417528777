using System.Text.Json;

namespace MailStore.Host.Modules;

/// <summary>The <c>.deps.json</c> beside a plugin's main assembly: which of its dependencies are whose.</summary>
internal static class DepsFile
{
    private static readonly string[] Assets = ["runtime", "native", "resources", "runtimeTargets"];

    public static string Beside(string assembly) => Path.ChangeExtension(assembly, ".deps.json");

    /// <summary>The files that it names, as they lie beside it: relative paths. None if it cannot be read; <see cref="DepsFileCheck"/> tells that.</summary>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        try
        {
            using var json = Read(path);
            return [.. NamesIn(json).Where(IsInside).Distinct()];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>All files that it names, as the loader looks for them in the plugin's folder.</summary>
    /// <exception cref="InvalidOperationException">It is no file of dependencies.</exception>
    /// <exception cref="KeyNotFoundException">It is no file of dependencies.</exception>
    public static IEnumerable<string> NamesIn(JsonDocument json) => json.RootElement.GetProperty("targets").EnumerateObject()
        .SelectMany(target => target.Value.EnumerateObject())
        .SelectMany(library => Assets.Where(kind => library.Value.TryGetProperty(kind, out _)).SelectMany(kind => NamesIn(kind, library.Value.GetProperty(kind))));

    /// <summary>Whether a name stays in the plugin's folder.</summary>
    public static bool IsInside(string name) => !name.StartsWith('/') && !name.Contains('\0', StringComparison.Ordinal) && !name.Split('/').Contains("..");

    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">It is no file, or cannot be read.</exception>
    public static JsonDocument Read(string path)
    {
        // a pipe would have its reader wait for ever
        if (File.Exists(path) && !SystemCalls.Status(path, follow: true).IsFile)
            throw new IOException("it is no regular file");
        using var file = File.OpenRead(path);
        return JsonDocument.Parse(file);
    }

    private static IEnumerable<string> NamesIn(string kind, JsonElement assets) => assets.EnumerateObject().Select(asset => kind switch
    {
        // 'lib/net8.0/Some.dll' of a package lies beside the plugin as 'Some.dll', 'lib/net8.0/de/Some.resources.dll' as 'de/…', 'runtimes/…' as it is
        "resources" => $"{asset.Value.GetProperty("locale").GetString()}/{Path.GetFileName(asset.Name)}",
        "runtimeTargets" => asset.Name,
        _ => Path.GetFileName(asset.Name),
    });
}
