using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>Opens the journal of an instance, after what it holds of an earlier life has been replayed; also where there is to be none any more. Blocks; one call at a time.</summary>
internal sealed class JournalStart(ModuleContext context, RootGuard roots, AsideFolder aside, TimeProvider clock, ILogger logger)
{
    private readonly string _path = Path.Combine(context.DataDirectory, "maildir", "journal", context.Instance);
    private readonly ReplayMemory _memory = new();

    /// <summary>Whether a journal can be kept there; replaced in tests that cut no power, on whatever file system they run.</summary>
    public Func<string, string, string?> FindFault { get; set; } = JournalGround.FindFault;

    /// <summary>Since when the machine has run; for tests.</summary>
    public DateTimeOffset BootedAt { get; set; } = DateTimeOffset.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>Of each file of the journal.</summary>
    public long Capacity { get; set; } = JournalDisk.DefaultCapacity;

    /// <summary>Whether there is one, of this life or an earlier one.</summary>
    public bool Exists => Directory.Exists(_path);

    /// <summary>Goes as far as it can be gone now.</summary>
    /// <param name="durability">Direct, or auto where none can be kept: what is there is replayed and removed.</param>
    /// <param name="root">Where the mail is.</param>
    /// <param name="obstacle">Why none is to be kept, if that is known already.</param>
    /// <param name="mayLayOut">Whether a new one may be made; that takes its time.</param>
    /// <param name="cancellationToken">Gives up making one.</param>
    /// <exception cref="ModuleConfigurationException">It cannot be kept where it is to be.</exception>
    /// <exception cref="TemporaryFailureException">Not now: its mail is not there, another process has it, or the disk is full or fails. It stays as it is.</exception>
    public JournalOpening Open(Durability durability, string root, string? obstacle, bool mayLayOut, CancellationToken cancellationToken)
    {
        try
        {
            if (!Exists && (durability == Durability.Direct || (durability == Durability.Auto && !mayLayOut)))
                return durability == Durability.Direct ? JournalOpening.None : JournalOpening.Later;
            if (roots.Find(root) is { } missing)
                return Exists || durability == Durability.Journal ? throw new TemporaryFailureException(missing) : JournalOpening.Later;
            obstacle ??= durability == Durability.Direct ? "it is to be direct" : FindFault(context.DataDirectory, root);
            if (obstacle is not null && durability == Durability.Journal)
                throw new ModuleConfigurationException($"[mda.{context.Instance}] has durability = \"journal\", but {obstacle}; or set durability = \"direct\"");
            if (Exists)
                return OpenExisting(durability, obstacle, mayLayOut, cancellationToken);
            if (obstacle is not null)
                return Without(durability, obstacle);
            return mayLayOut ? OpenNew(durability, cancellationToken) : JournalOpening.Later;
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException(e.Message, e);
        }
    }

    private JournalOpening OpenNew(Durability durability, CancellationToken cancellationToken)
    {
        try
        {
            DurablePath.Make(context.DataDirectory, _path, Modes.Private);
            return OpenExisting(durability, null, mayLayOut: true, cancellationToken);
        }
        catch (PosixException e) when (e.Errno.IsFull())
        {
            if (Exists)
                Directory.Delete(_path, recursive: true);
            return Without(durability, e.Message);
        }
    }

    private JournalOpening OpenExisting(Durability durability, string? obstacle, bool mayLayOut, CancellationToken cancellationToken)
    {
        var disk = JournalDisk.TryOpen(_path, Capacity)
            ?? throw new TemporaryFailureException($"another server has the journal {_path} open; two must not share a data_dir");
        OpenJournal? open = null;
        try
        {
            var replay = new JournalReplay(disk, _path, roots, aside, _memory, BootedAt, clock, logger);
            replay.Run();
            // one that is not laid out never held anything: who made it ended before
            if (obstacle is null && !disk.IsLaidOut && !mayLayOut)
                return JournalOpening.Later;
            obstacle ??= FindFaultOfMark(disk, replay.Batch) ?? disk.TryLayOut(cancellationToken);
            if (obstacle is not null)
            {
                Remove(disk);
                return Without(durability, obstacle);
            }

            open = new OpenJournal(new MailJournal(disk, replay.Order, replay.Batch, clock, logger), disk, clock);
            if (durability == Durability.Auto)
                JournalLog.Chosen(logger, "journal", $"one sync for all that come at once, in {_path}");
            return new JournalOpening(open, IsFinal: true);
        }
        finally
        {
            if (open is null)
                disk.Dispose();
        }
    }

    // all that was marked up to here has been replayed
    private static string? FindFaultOfMark(JournalDisk disk, long batch)
    {
        disk.Mark(batch);
        return disk.ReadMark() == batch ? null : $"the file system of {disk.Path} keeps times in whole seconds (ext4 with inodes of 128 bytes)";
    }

    private JournalOpening Without(Durability durability, string obstacle)
    {
        if (durability == Durability.Auto)
            JournalLog.Chosen(logger, "direct", obstacle);
        return JournalOpening.None with { Fault = durability == Durability.Journal ? $"there is no journal: {obstacle}; mend that and restart, or set durability = \"auto\"" : null };
    }

    private void Remove(JournalDisk disk)
    {
        disk.Remove();
        using var parent = Posix.OpenDirectory(Path.GetDirectoryName(_path)!);
        Posix.TryRemoveDirectory(parent, context.Instance);
    }
}
