using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;

namespace MailStore.Mbox.Delivery;

/// <summary>Keeps what is cut off a file where it may be another program's.</summary>
internal static class TornTail
{
    private const int BufferSize = 256 * 1024;

    /// <summary>The files that are there.</summary>
    public static string[] Find(string file) => Directory.GetFiles(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.torn-*");

    /// <summary>The path of a new one.</summary>
    public static string PathFor(string file) => Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.torn-{Guid.CreateVersion7():n}");

    /// <summary>Copies it to a file beside, durably.</summary>
    /// <returns>The path of that file.</returns>
    public static string Keep(LockedFile file, long from)
    {
        var path = PathFor(file.Path);
        using var kept = Posix.TryCreate(path) ?? throw new IOException($"{path} is there already");
        var buffer = new byte[BufferSize];
        for (long at = 0; RandomAccess.Read(file.Handle, buffer, from + at) is > 0 and var count; at += count)
            RandomAccess.Write(kept, buffer.AsSpan(0, count), at);
        Posix.Sync(kept, path);
        Posix.Close(kept, path);
        Posix.SyncDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
