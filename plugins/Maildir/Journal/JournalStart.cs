using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>Opens the journal of an instance, after what it holds of an earlier life has been replayed; also where there is to be none any more. Blocks.</summary>
internal sealed class JournalStart(ModuleContext context, RootGuard roots, AsideFolder aside, TimeProvider clock, ILogger logger)
{
    private readonly string _path = Path.Combine(context.DataDirectory, "maildir", "journal", context.Instance);

    /// <summary>Whether a journal can be kept there; replaced in tests that cut no power, on whatever file system they run.</summary>
    public Func<string, string, string?> FindFault { get; set; } = JournalGround.FindFault;

    /// <summary>Of each file of the journal.</summary>
    public long Capacity { get; set; } = JournalDisk.DefaultCapacity;

    /// <summary>Whether there is one, of this life or an earlier one.</summary>
    private bool Exists => Directory.Exists(_path);

    /// <summary>Goes as far as it can be gone now.</summary>
    /// <param name="durability">Direct, or auto where none can be kept: what is there is replayed and removed.</param>
    /// <param name="root">Where the mail is.</param>
    /// <param name="mayLayOut">Whether a new one may be made; that takes its time.</param>
    /// <param name="cancellationToken">Gives up making one.</param>
    /// <exception cref="ModuleConfigurationException">It cannot be kept where it is to be.</exception>
    /// <exception cref="TemporaryFailureException">Another process has it, or the disk fails.</exception>
    public JournalOpening Open(Durability durability, string root, bool mayLayOut, CancellationToken cancellationToken)
    {
        try
        {
            if (!Exists && (durability == Durability.Direct || (durability == Durability.Auto && !mayLayOut)))
                return durability == Durability.Direct ? JournalOpening.None : JournalOpening.Later();
            if (roots.Find(root) is { } missing)
                return JournalOpening.Later(durability == Durability.Journal || Exists ? $"{missing}; what the journal holds is kept until then" : null);
            var obstacle = durability == Durability.Direct ? "it is to be direct" : FindFault(context.DataDirectory, root);
            if (obstacle is not null && durability == Durability.Journal)
                throw new ModuleConfigurationException($"[mda.{context.Instance}] has durability = \"journal\", but {obstacle}; or set durability = \"direct\"");
            if (!Exists)
            {
                if (obstacle is not null)
                    return Without(durability, obstacle);
                if (!mayLayOut)
                    return JournalOpening.Later();
                DurablePath.Make(context.DataDirectory, _path, Modes.Private);
            }

            var disk = JournalDisk.TryOpen(_path, Capacity)
                ?? throw new TemporaryFailureException($"another server has the journal {_path} open; two must not share a data_dir");
            return Open(disk, durability, obstacle, mayLayOut, cancellationToken);
        }
        catch (PosixException e) when (e.Errno.IsFull())
        {
            return JournalOpening.Later($"{e.Message}; what the journal {_path} holds is kept until there is room");
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException($"it cannot be told whether a journal can be kept in {_path}: {e.Message}", e);
        }
    }

    private JournalOpening Open(JournalDisk disk, Durability durability, string? obstacle, bool mayLayOut, CancellationToken cancellationToken)
    {
        OpenJournal? open = null;
        try
        {
            var replay = new JournalReplay(disk, _path, roots, aside, clock, logger);
            try
            {
                replay.Run();
            }
            catch (TemporaryFailureException e)
            {
                return JournalOpening.Later(e.Message);
            }

            if (obstacle is null && !disk.IsLaidOut)
            {
                // it never held anything: who made it ended before
                if (!mayLayOut)
                    return JournalOpening.Later();
                obstacle = disk.TryLayOut(cancellationToken);
            }

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

    private JournalOpening Without(Durability durability, string obstacle)
    {
        if (durability == Durability.Auto)
            JournalLog.Chosen(logger, "direct", obstacle);
        return JournalOpening.None with { Fault = durability == Durability.Journal ? obstacle : null };
    }

    private void Remove(JournalDisk disk)
    {
        disk.Remove();
        using var parent = Posix.OpenDirectory(Path.GetDirectoryName(_path)!);
        Posix.TryRemoveDirectory(parent, context.Instance);
    }
}
