namespace MailStore.Host.Modules;

/// <summary>All that has to be trusted for a path to be: each folder on the way from the root, each symbolic link, what it leads to, and the way there.</summary>
internal static class PathWalk
{
    /// <summary>The kernel gives up after as many (path_resolution(7)).</summary>
    private const int MostLinks = 40;

    /// <summary>Each step from the root on, as lstat(2) sees it; no step's folder is a link.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="IOException">There is nothing at one step, or it cannot be looked at, or links lead in circles.</exception>
    public static IEnumerable<(string Path, PathStatus Status)> Of(string path)
    {
        var links = 0;
        var current = "/";
        yield return (current, Status(current));
        var rest = new Stack<string>();
        Push(path);
        while (rest.TryPop(out var name))
        {
            if (name == "..")
                current = Path.GetDirectoryName(current) ?? "/";
            if (name is ".." or ".")
                continue;
            var next = Path.Combine(current, name);
            var status = Status(next);
            yield return (next, status);
            if (!status.IsLink)
            {
                current = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException($"{path}: too many symbolic links");
            var target = new FileInfo(next).LinkTarget ?? throw new IOException($"{next} cannot be read");
            if (target.StartsWith('/'))
                current = "/";
            Push(target);
        }

        void Push(string names)
        {
            foreach (var name in names.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                rest.Push(name);
        }
    }

    private static PathStatus Status(string path)
    {
        try
        {
            return SystemCalls.Status(path, follow: false);
        }
        catch (IOException exception)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }
}
