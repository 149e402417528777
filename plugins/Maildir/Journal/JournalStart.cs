using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>Opens the journal of an instance, after what it holds of an earlier life has been replayed; also where there is to be none any more. Blocks.</summary>
internal sealed class JournalStart(ModuleContext context, RootGuard roots, TimeProvider clock, ILogger logger)
{
    private readonly string _path = Path.Combine(context.DataDirectory, "maildir", "journal", context.Instance);

    /// <summary>Whether a journal can be kept there; replaced in tests that cut no power, on whatever file system they run.</summary>
    public Func<string, string, string?> FindFault { get; set; } = JournalGround.FindFault;

    /// <summary>Of each file of the journal.</summary>
    public long Capacity { get; set; } = JournalDisk.DefaultCapacity;

    /// <summary>Whether there is one, of this life or an earlier one.</summary>
    public bool Exists => Directory.Exists(_path);

    /// <summary>Opens it.</summary>
    /// <param name="durability">Direct, or auto where none can be kept: what is there is replayed and removed.</param>
    /// <param name="root">Where the mail is; it exists.</param>
    /// <returns>Null if there is to be none.</returns>
    /// <exception cref="ModuleConfigurationException">It cannot be kept where it is to be.</exception>
    /// <exception cref="TemporaryFailureException">Another process has it, or the disk fails.</exception>
    public OpenJournal? Open(Durability durability, string root)
    {
        try
        {
            var fault = durability == Durability.Direct ? null : FindFault(context.DataDirectory, root);
            if (fault is not null && durability == Durability.Journal)
                throw new ModuleConfigurationException($"[mda.{context.Instance}] has durability = \"journal\", but {fault}; or set durability = \"direct\"");
            var isKept = durability != Durability.Direct && fault is null;
            if (durability == Durability.Auto && isKept && !Exists)
                fault = TryLayOut();
            else if (isKept)
                Make();
            isKept &= fault is null;
            if (durability == Durability.Auto)
                JournalLog.Chosen(logger, isKept ? "journal" : "direct", fault ?? $"one sync for all that come at once, in {_path}");
            if (!isKept && !Exists)
                return null;
            var disk = JournalDisk.TryOpen(_path, Capacity)
                ?? throw new TemporaryFailureException($"another server has the journal {_path} open; two must not share a data_dir");
            return Open(disk, isKept);
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
    }

    private OpenJournal? Open(JournalDisk disk, bool isKept)
    {
        try
        {
            var replay = new JournalReplay(disk, _path, roots, clock, logger);
            replay.Run();
            if (isKept)
                return new OpenJournal(new MailJournal(disk, replay.Order, replay.Batch, clock, logger), disk, clock);
            disk.Remove();
            using var parent = Posix.OpenDirectory(Path.GetDirectoryName(_path)!);
            Posix.TryRemoveDirectory(parent, context.Instance);
        }
        catch
        {
            disk.Dispose();
            throw;
        }

        disk.Dispose();
        return null;
    }

    /// <summary>Makes a journal that nobody asked for: a disk that has no room for it is none to refuse all mail for.</summary>
    /// <returns>Why there is none; null if there is.</returns>
    private string? TryLayOut()
    {
        try
        {
            Make();
            JournalDisk.TryOpen(_path, Capacity)?.Dispose();
            return null;
        }
        catch (PosixException e) when (e.Errno.IsFull())
        {
            Directory.Delete(_path, recursive: true);
            return e.Message;
        }
    }

    private void Make()
    {
        var at = context.DataDirectory.TrimEnd('/');
        foreach (var name in Path.GetRelativePath(at, _path).Split('/'))
        {
            using var parent = Posix.OpenDirectory(at);
            Posix.TryMakeDirectory(parent, name, Modes.Private);
            Posix.Sync(parent);
            at = $"{at}/{name}";
        }
    }
}
