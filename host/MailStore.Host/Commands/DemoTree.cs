using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary>A folder as a tree, files with their sizes; sockets and this run's private copies of plugins are left out.</summary>
internal static class DemoTree
{
    public static Tree Of(string folder)
    {
        var tree = new Tree(Markup.Escape(Path.GetFileName(folder) + "/"));
        Add(tree, new DirectoryInfo(folder));
        return tree;
    }

    private static void Add(IHasTreeNodes parent, DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry is DirectoryInfo directory)
            {
                if (directory.Name is not ("run" or "spool"))
                    Add(parent.AddNode($"[blue]{Markup.Escape(directory.Name)}/[/]"), directory);
            }
            else if (entry is FileInfo { Extension: not ".sock" } file)
            {
                parent.AddNode($"{Markup.Escape(file.Name)} [dim]{file.Length} bytes[/]");
            }
        }
    }
}
