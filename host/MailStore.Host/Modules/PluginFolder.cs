namespace MailStore.Host.Modules;

/// <summary>The files of a plugin's folder.</summary>
internal static class PluginFolder
{
    /// <summary>
    /// Paths relative to the folder, ordered. Links to files count as files; links to directories are not followed: they could lead anywhere, and in circles.
    /// Only the plugin's own folder may be a link.
    /// </summary>
    public static IReadOnlyList<string> FilesOf(string folder)
    {
        var files = new List<string>();
        Collect(new DirectoryInfo(folder), "", files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static void Collect(DirectoryInfo directory, string prefix, List<string> files)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (entry is not DirectoryInfo inner)
                files.Add(prefix + entry.Name);
            else if (inner.LinkTarget is null)
                Collect(inner, $"{prefix}{inner.Name}/", files);
        }
    }
}
