namespace MailStore.Host.Modules;

/// <summary>
/// Nobody but root and the server's own user may write the files of a plugin, the folders that they are in, or any folder up to the root: who may runs code
/// as the server. Asked in the modules directory only: the private copy is in a folder of the server's own.
/// </summary>
/// <param name="modulesDirectory">Where plugins are looked for; null for a plugin that lies elsewhere.</param>
internal sealed class PermissionCheck(PathTrust trust, string? modulesDirectory) : IPluginCheck
{
    private const int MostCommands = 3;

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        var folder = Path.GetDirectoryName(plugin.Path)!;
        try
        {
            // the way from the root first: there one command may mend it all
            var inner = plugin.Files.Select(file => Path.GetDirectoryName(file)!).Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal);
            string[] names = ["", .. inner, .. plugin.Files];
            var paths = names.Select(name => Path.Combine(folder, name).TrimEnd('/'));
            List<PathDistrust> found = [.. (modulesDirectory is null ? paths : paths.Prepend(modulesDirectory)).SelectMany(trust.Find).Distinct()];
            if (found.Count > 0)
                return Problem(folder, found);
            var odd = plugin.Files.Select(file => Path.Combine(folder, file)).FirstOrDefault(file => !SystemCalls.Status(file, follow: true).IsFile);
            return odd is null ? null : new PluginProblem($"{odd} is no regular file", "remove it");
        }
        catch (IOException exception)
        {
            return new PluginProblem(
                $"{plugin.Path}: who may write it cannot be told: {exception.Message}", $"let the user '{Environment.UserName}' see its files and all folders up to the root");
        }
    }

    private static PluginProblem Problem(string folder, List<PathDistrust> found)
    {
        var first = found[0];
        var allInFolder = found.Count > 1 && found.All(each => each.Command == first.Command && (each.Path == folder || each.Path.StartsWith(folder + "/", StringComparison.Ordinal)));
        var more = found.Count > 1 ? $", and {found.Count - 1} more of its files and folders likewise" : "";
        var remedy = allInFolder ? first.RemedyFor(folder) : string.Join("; ", found.Take(MostCommands).Select(each => each.Remedy()));
        return new PluginProblem($"{first.Reason}{more}; whoever may write there can run code as the server", $"make sure that nobody did, and run: {remedy}");
    }
}
