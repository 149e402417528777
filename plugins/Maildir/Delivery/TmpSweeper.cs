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

    private static void SweepBox(Descriptor box, DateTimeOffset now, ILogger logger)
    {
        using var tmp = Posix.TryOpenDirectory(box, MaildirTree.Tmp);
        var count = 0;
        foreach (var entry in tmp is null ? [] : DirectoryReader.Read(tmp))
        {
            // The time of the last change, not the mtime: a mail's is its arrival, which may be years ago when a mailbox is moved.
            if (entry.Kind == FileKind.Directory || FileStatus.TryGet(tmp!, entry.Name) is not { } status || now - status.Changed < PlaceSweeper.Age)
                continue;
            Posix.Unlink(tmp!, entry.Name);
            count++;
        }

        if (count > 0)
            MailboxLog.Swept(logger, count, tmp!.Path);
    }
}
