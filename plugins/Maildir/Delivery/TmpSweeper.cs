using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Delivery;

/// <summary>Removes files of <c>tmp</c> that were never finished: a host died while it wrote them, and nobody has them open any more.</summary>
internal static class TmpSweeper
{
    public static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    /// <summary>Sweeps the inbox and all folders.</summary>
    public static void Sweep(string home, DateTimeOffset now, ILogger logger)
    {
        try
        {
            using var box = Posix.TryOpenDirectory(home);
            if (box is null)
                return;
            SweepBox(box, now, logger);
            foreach (var entry in DirectoryReader.Read(box))
            {
                if (entry.Kind != FileKind.Directory || !entry.Name.StartsWith('.'))
                    continue;
                using var folder = Posix.TryOpenDirectory(box, entry.Name);
                if (folder is not null)
                    SweepBox(folder, now, logger);
            }
        }
        catch (PosixException e)
        {
            MailboxLog.SweepFailed(logger, home, e.Message);
        }
    }

    /// <summary>Sweeps the inbox or one folder.</summary>
    public static void SweepBox(Descriptor box, DateTimeOffset now, ILogger logger)
    {
        using var tmp = Posix.TryOpenDirectory(box, MaildirTree.Tmp);
        var names = tmp is null ? [] : Forgotten(tmp, now);
        foreach (var name in names)
            Posix.Unlink(tmp!, name);
        if (names.Count > 0)
            MailboxLog.Swept(logger, names.Count, tmp!.Path);
    }

    /// <summary>The files of a <c>tmp</c> that nobody writes to any more.</summary>
    public static List<string> Forgotten(Descriptor tmp, DateTimeOffset now)
    {
        var names = new List<string>();
        foreach (var entry in DirectoryReader.Read(tmp))
        {
            // The time of the last change, not the mtime: a mail's is its arrival, which may be years ago when a mailbox is moved.
            if (entry.Kind != FileKind.Directory && FileStatus.TryGet(tmp, entry.Name) is { } status && now - status.Changed >= PlaceSweeper.Age)
                names.Add(entry.Name);
        }

        return names;
    }
}
