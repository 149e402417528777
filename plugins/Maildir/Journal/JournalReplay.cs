using MailStore.Maildir.Delivery;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>
/// Stores again what a power cut took of the mails that a journal holds. Of each it is known that it was made in <c>tmp</c>, then marked (<see cref="IJournalDisk.Mark"/>), then
/// written into the journal, then renamed into <c>new</c>; and the file system keeps that order. So one that is nowhere although its mark is there was moved away or removed by its reader,
/// and does not come back; one that is nowhere, and its mark neither, was lost.
/// </summary>
/// <remarks>A cut in the middle of a replay leaves something that can be replayed: the journal is emptied last.</remarks>
internal sealed class JournalReplay
{
    private readonly IJournalDisk _disk;
    private readonly string _path;
    private readonly AsideFolder _asideFolder;
    private readonly ReplayMemory _memory;
    private readonly ReplayHomes _homes;
    private readonly DateTimeOffset _bootedAt;
    private readonly DateTimeOffset _now;
    private readonly ILogger _logger;
    private readonly JournalReader[] _files;
    private readonly List<(FoundMail Mail, string Reason)> _aside = [];
    private readonly MailRestorer _restorer = new();

    /// <param name="path">Of the journal.</param>
    /// <param name="memory">Of earlier attempts.</param>
    /// <param name="bootedAt">Since when the machine has run.</param>
    public JournalReplay(IJournalDisk disk, string path, RootGuard roots, AsideFolder aside, ReplayMemory memory, DateTimeOffset bootedAt, TimeProvider clock, ILogger logger)
    {
        (_disk, _path, _asideFolder, _memory, _bootedAt, _logger) = (disk, path, aside, memory, bootedAt, logger);
        _now = clock.GetUtcNow();
        _homes = new ReplayHomes(path, roots, Count, logger);
        _files = [.. Enumerable.Range(0, 2).Select(file => new JournalReader(disk, file)).OrderBy(file => file.Header?.Order)];
    }

    /// <summary>The highest order of a file's header.</summary>
    public long Order { get; private set; }

    /// <summary>The highest number that a batch may have been marked with.</summary>
    public long Batch { get; private set; }

    public ReplayCount Count { get; } = new();

    /// <summary>Replays what is there, and makes it durable. The journal stays as it is.</summary>
    /// <exception cref="PosixException">The disk fails.</exception>
    /// <exception cref="TemporaryFailureException">The mail is not there: its disk is not mounted, or it is not the server's to open.</exception>
    public void Run()
    {
        try
        {
            var missing = FindMissing();
            var headers = _files.Select(file => file.Header).OfType<JournalHeader>().ToList();
            Order = headers.Select(header => header.Order).DefaultIfEmpty().Max();
            // one more may have been marked, of which nothing was written: its number is not to be used again, or its mark would speak for mails of another batch
            Batch = _files.Select(file => file.LastBatch).Concat(headers.Select(header => header.FirstBatch - 1)).Max() + 1;
            if (Count.Mails == 0)
                return;
            Restore(missing, ReadMark(headers));
            KeepAside();
            // of one place, or some: the others' mails are well by now
            if (_homes.Wait is { } wait)
                throw wait;
        }
        catch (Exception e)
        {
            _restorer.Undo();
            if (e is PosixException failure && !failure.Errno.IsFull())
                _memory.Clear();
            throw;
        }

        JournalLog.Replayed(_logger, _path, Count.Mails, Count.Whole, Count.Mended, Count.Restored, Count.Removed, Count.Homeless, Count.Aside);
    }

    /// <summary>Looks at all mails where they were delivered: most are still there.</summary>
    private List<FoundMail> FindMissing()
    {
        var missing = new List<FoundMail>();
        foreach (var mail in _files.SelectMany(file => file.Read()))
        {
            Count.Mails++;
            if (_memory.IsSettled(mail))
            {
                Count.Whole++;
                continue;
            }

            Try(mail, () =>
            {
                if (IsInPlace(mail))
                    _memory.Settle(mail);
                else
                    missing.Add(mail);
                return true;
            });
        }

        return missing;
    }

    private void Restore(List<FoundMail> missing, long mark)
    {
        foreach (var life in missing.GroupBy(mail => (mail.Record.Home, mail.Record.Claim)))
            Search([.. life], mark);
        SyncMails();
        _restorer.NameAll(_homes.Open, (mail, name) =>
        {
            if (!Try(mail, name))
                return;
            Count.Restored++;
            _memory.Settle(mail);
        });
        SyncMails();
    }

    private void SyncMails()
    {
        try
        {
            _disk.SyncMails();
        }
        catch (PosixException)
        {
            // also for lack of room: what could not be written is dropped from the cache, and the next sync would find nothing to do
            _memory.Clear();
            throw;
        }
    }

    /// <summary>Last: what does not come to its end is tried again as a whole, and may get in then.</summary>
    private void KeepAside()
    {
        foreach (var (mail, reason) in _aside)
        {
            if (_homes.TryOpen(mail.Record, out var home) && home is not null)
            {
                home.Dispose();
                JournalLog.Aside(_logger, mail.Record.Name, mail.Record.Home, reason, _asideFolder.Keep(mail));
                Count.Aside++;
                _memory.Settle(mail);
            }
        }
    }

    /// <returns>Whether nothing is left to do for it.</returns>
    private bool IsInPlace(FoundMail mail)
    {
        using var home = _homes.Open(mail.Record);
        if (home is null)
            return true;
        using var box = mail.Record.Box.Length == 0 ? null : Posix.TryOpenPlainDirectory(home, mail.Record.Box);
        using var @new = mail.Record.Box.Length > 0 && box is null ? null : Posix.TryOpenPlainDirectory(box ?? home, MaildirTree.New);
        switch (@new is null ? MendResult.Absent : MailMender.Mend(@new, mail.Record.Name, mail))
        {
            case MendResult.Absent:
                return false;
            case MendResult.Mended:
                Count.Mended++;
                return true;
            default:
                Count.Whole++;
                return true;
        }
    }

    /// <summary>How far the file system is; 0 where the marker cannot tell: then mails are rather shown twice than lost.</summary>
    private long ReadMark(List<JournalHeader> headers)
    {
        var mark = _disk.ReadMark();
        // a mark goes before its batch, which may not have come to its end
        var reason = headers.Exists(header => header.Marker != _disk.Marker) ? "another file"
            : mark < 0 || mark > Batch ? "somebody set its time"
            : null;
        if (reason is null)
            return mark;
        JournalLog.MarkerLost(_logger, _path, reason);
        return 0;
    }

    /// <summary>Looks for mails that are not where they were delivered, and writes those again that were lost.</summary>
    /// <param name="mails">Of one life of one user.</param>
    private void Search(List<FoundMail> mails, long mark)
    {
        Descriptor? home;
        try
        {
            if (!_homes.TryOpen(mails[0].Record, out home))
                return;
        }
        catch (PosixException e) when (e.Errno.IsOfPlace())
        {
            mails.ForEach(mail => Misplace(mail, e));
            return;
        }

        if (home is null)
        {
            mails.ForEach(_memory.Settle);
            return;
        }

        using (home)
        {
            var search = HomeSearch.Find(home, mails);
            Count.Whole += search.Found.Count - search.Mended;
            Count.Mended += search.Mended;
            foreach (var mail in mails)
            {
                if (search.Found.Contains(mail))
                    _memory.Settle(mail);
                else
                    Try(mail, () => Decide(home, mail, mark, search.IsComplete));
            }
        }
    }

    private bool Decide(Descriptor home, FoundMail mail, long mark, bool isSearched)
    {
        var record = mail.Record;
        // its user was removed, and the directory is the administrator's; or somebody removed the file, and it is not known whose mail this is
        if (record.Claim.Length > 0 && !OwnerFile.Exists(home))
        {
            if (Array.Exists(MaildirTree.Names, name => FileStatus.TryGet(home, name) is { IsDirectory: true }))
                _aside.Add((mail, $"there is no file {OwnerFile.Name}"));
            else
                _homes.Skip(record, $"{record.Home} is no Maildir any more");
            return true;
        }

        using var folder = record.Box.Length == 0 ? null : Posix.TryOpenPlainDirectory(home, record.Box);
        // without its folder it is better in the inbox than nowhere
        var box = folder ?? home;
        if (mail.Batch > mark || IsUnnamed(box, record) || IsOld(record))
        {
            _restorer.Write(home, box, folder is null ? "" : record.Box, mail);
        }
        else if (isSearched)
        {
            Count.Removed++;
            _memory.Settle(mail);
        }
        else
        {
            _aside.Add((mail, "it was moved or removed by its reader, and not all directories could be searched for it"));
        }

        return true;
    }

    /// <summary>Whether its rename was lost.</summary>
    private static bool IsUnnamed(Descriptor box, MailRecord record)
    {
        using var tmp = Posix.TryOpenPlainDirectory(box, MaildirTree.Tmp);
        return tmp is not null && FileStatus.TryGet(tmp, record.Name) is { IsRegular: true };
    }

    /// <summary>Whether it may have lain in <c>tmp</c>, and been swept by a reader since. Where the machine has not been off, it never lay there.</summary>
    private bool IsOld(MailRecord record) => _now - record.Written >= PlaceSweeper.Age && record.Written < _bootedAt;

    /// <summary>Who may write to a Maildir can put something else in the place of anything: that is no reason to keep the mail of all others waiting, nor to drop one.</summary>
    private bool Try(FoundMail mail, Func<bool> step)
    {
        try
        {
            return step();
        }
        catch (PosixException e) when (e.Errno.IsOfPlace())
        {
            Misplace(mail, e);
            return false;
        }
        catch (TemporaryFailureException e)
        {
            _homes.WaitFor(e);
            return false;
        }
    }

    private void Misplace(FoundMail mail, PosixException e)
    {
        if (FileStatus.TryGet(mail.Record.Home) is not null)
        {
            _aside.Add((mail, e.Message));
            return;
        }

        try
        {
            _homes.SkipGone(mail.Record);
        }
        catch (TemporaryFailureException wait)
        {
            _homes.WaitFor(wait);
        }
    }
}
