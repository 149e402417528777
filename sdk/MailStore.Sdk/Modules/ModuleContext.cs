namespace MailStore.Sdk;

/// <summary>What a module knows about the place where it runs. Handed to its constructor where that asks for it. Immutable and thread-safe.</summary>
/// <param name="instance">See <see cref="Instance"/>.</param>
/// <param name="dataDirectory">See <see cref="DataDirectory"/>.</param>
public sealed class ModuleContext(string instance, string dataDirectory)
{
    /// <summary>The name of this instance in the configuration: <c>archive</c> for <c>[mda.archive]</c>, whatever its module is called.</summary>
    public string Instance { get; } = instance;

    /// <summary>The absolute path of the server's data directory. It exists when a module is constructed.</summary>
    public string DataDirectory { get; } = Path.GetFullPath(dataDirectory);

    /// <summary>Makes a path of the configuration or of a user's record absolute: relative paths start at <see cref="DataDirectory"/>.</summary>
    /// <param name="path">A path as the administrator wrote it.</param>
    /// <returns>The absolute, normalised path. Nothing is looked up on disk.</returns>
    public string ResolvePath(string path) => Path.GetFullPath(path, DataDirectory);
}
