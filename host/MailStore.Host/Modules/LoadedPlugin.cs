namespace MailStore.Host.Modules;

/// <summary>A plugin as this process loaded it, whatever lies in modules.d by now. Thread-safe.</summary>
/// <param name="file">As it was found in modules.d.</param>
/// <param name="copy">The folder of the private copy.</param>
internal sealed class LoadedPlugin(PluginFile file, string copy)
{
    // not at the start, which is not to wait for it; nobody changes the copy
    private readonly Lazy<string?> _fingerprint = new(() => PluginFingerprint.Of(copy, file.Files));

    public PluginFile File => file;

    /// <summary>See <see cref="PluginFingerprint"/>.</summary>
    public string? Fingerprint => _fingerprint.Value;
}
