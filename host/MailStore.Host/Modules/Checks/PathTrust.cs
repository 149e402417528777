namespace MailStore.Host.Modules;

/// <summary>Says which paths others than root and the server's user may write. Remembers what it saw: to be made anew for each look. Used by one thread.</summary>
internal sealed class PathTrust
{
    private readonly Trust _trust = new();
    private readonly Dictionary<string, PathDistrust?> _onTheWay = [];
    private readonly Dictionary<string, PathDistrust?> _atTheEnd = [];

    /// <summary>
    /// All that must not be so of a path and of what leads there. On the way there, a folder where everybody may write is harmless if it is sticky, as
    /// /tmp is, since every entry on the way is root's or the server's; at the end of the way somebody could add an entry.
    /// </summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public IEnumerable<PathDistrust> Find(string path)
    {
        (string Path, PathStatus Status)? last = null;
        foreach (var step in PathWalk.Of(path))
        {
            if (last is { } folder && Judge(folder.Path, folder.Status, isOnTheWay: true) is { } onTheWay)
                yield return onTheWay;
            last = step;
        }

        if (Judge(last!.Value.Path, last.Value.Status, isOnTheWay: false) is { } atTheEnd)
            yield return atTheEnd;
    }

    private PathDistrust? Judge(string path, PathStatus status, bool isOnTheWay)
    {
        var seen = isOnTheWay ? _onTheWay : _atTheEnd;
        if (!seen.TryGetValue(path, out var known))
            seen.Add(path, known = JudgeAnew(path, status, isOnTheWay));
        return known;
    }

    private PathDistrust? JudgeAnew(string path, PathStatus status, bool isOnTheWay)
    {
        if (!_trust.IsTrusted(status.Owner))
            return PathDistrust.OfOwner(path, status);
        // a link has no permissions of its own; who owns it may have it lead elsewhere where the folder is sticky
        if (status.IsLink || (isOnTheWay && status.IsSticky))
            return null;
        var byGroup = status.GroupWrites && !_trust.IsPrivateGroup(path, status);
        return status.OthersWrite || byGroup ? PathDistrust.OfWriters(path, status, byGroup) : null;
    }
}
