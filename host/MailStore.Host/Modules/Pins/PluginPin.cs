namespace MailStore.Host.Modules;

/// <summary>What <c>modules.lock</c> says of one plugin: what it was when the administrator trusted it. Immutable.</summary>
/// <param name="Name">The name of its folder, or of its DLL without extension.</param>
/// <param name="Pinned">When.</param>
/// <param name="Version">Its version as its author wrote it; for people.</param>
/// <param name="Sdk">The version of the SDK that it was built against; for people.</param>
/// <param name="Files">SHA-256 of every file, in lower-case hexadecimal digits, by its path relative to the plugin's folder.</param>
internal sealed record PluginPin(string Name, DateTimeOffset Pinned, string? Version, string? Sdk, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Pins a plugin as it is now.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static PluginPin Of(PluginFile plugin, DateTimeOffset now) =>
        new(plugin.Name, now, plugin.Version, plugin.SdkVersion, FileHashes.Of(Path.GetDirectoryName(plugin.Path)!, plugin.Files));

    /// <summary>How a plugin differs from what was pinned: <c>x.dll differs</c>, <c>y.dll is new</c>, <c>z.dll is missing</c>. Empty if it does not.</summary>
    public IReadOnlyList<string> DifferencesTo(IReadOnlyDictionary<string, string> files) =>
    [
        .. from file in files.Keys.Union(Files.Keys).Order(StringComparer.Ordinal)
           let now = files.GetValueOrDefault(file)
           let then = Files.GetValueOrDefault(file)
           where now != then
           select now is null ? $"{file} is missing" : then is null ? $"{file} is new" : $"{file} differs",
    ];
}
