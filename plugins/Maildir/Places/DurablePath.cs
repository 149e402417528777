using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Places;

/// <summary>Makes directories of the module's own, and sees to it that they are there after a power cut.</summary>
internal static class DurablePath
{
    /// <summary>Makes what is missing of a path.</summary>
    /// <param name="parent">A directory that exists.</param>
    /// <param name="path">Of a directory below it.</param>
    /// <param name="mode">Of each directory that is made.</param>
    /// <exception cref="PosixException">It cannot be made, or not be made durable.</exception>
    public static void Make(string parent, string path, uint mode)
    {
        var at = parent.TrimEnd('/');
        foreach (var name in path[(at.Length + 1)..].Split('/'))
        {
            using var directory = Posix.OpenDirectory(at.Length == 0 ? "/" : at);
            // also where it is there: an earlier attempt may have made it, and not made it durable
            Posix.TryMakeDirectory(directory, name, mode);
            Posix.Sync(directory);
            at = $"{at}/{name}";
        }
    }
}
