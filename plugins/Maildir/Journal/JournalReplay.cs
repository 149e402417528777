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
internal sealed class JournalReplay(IJournalDisk disk, string path, RootGuard roots, AsideFolder aside, TimeProvider clock, ILogger logger)
{
    private readonly JournalReader[] _files = [.. Enumerable.Range(0, 2).Select(file => new JournalReader(disk, file)).OrderBy(file => file.Header?.Order)];
    private readonly DateTimeOffset _now = clock.GetUtcNow();
    private readonly MailRestorer _restorer = new();

    /// <summary>The highest order of a file's header.</summary>
    public long Order { get; private set; }

    /// <summary>The highest number that a batch may have been marked with.</summary>
    public long Batch { get; private set; }

    public ReplayCount Count { get; } = new();

    /// <summary>Replays what is there, and makes it durable. The journal stays as it is.</summary>
    /// <exception cref="PosixException">The disk fails.</exception>
    /// <exception cref="TemporaryFailureException">The mail is not there: its disk is not mounted.</exception>
    public void Run()
    {
        var missing = new List<FoundMail>();
        foreach (var mail in _files.SelectMany(file => file.Read()))
        {
            Count.Mails++;
            Try(mail, () =>
            {
                if (!IsInPlace(mail))
                    missing.Add(mail);
            });
        }

        var headers = _files.Select(file => file.Header).OfType<JournalHeader>().ToList();
        Order = headers.Select(header => header.Order).DefaultIfEmpty().Max();
        // one more may have been marked, of which nothing was written: its number is not to be used again, or its mark would speak for mails of another batch
        Batch = _files.Select(file => file.LastBatch).Concat(headers.Select(header => header.FirstBatch - 1)).Max() + 1;
        if (Count.Mails == 0)
            return;
        try
        {
            Restore(missing, ReadMark(headers));
        }
        catch
        {
            _restorer.Undo();
            throw;
        }

        JournalLog.Replayed(logger, path, Count.Mails, Count.Whole, Count.Mended, Count.Restored, Count.Removed, Count.Homeless, Count.Aside);
    }

    private void Restore(List<FoundMail> missing, long mark)
    {
        foreach (var home in missing.GroupBy(mail => mail.Record.Home))
            Search(home.Key, [.. home], mark);
        disk.SyncMails();
        _restorer.NameAll((mail, name) => Count.Restored += Try(mail, name) ? 1 : 0);
        disk.SyncMails();
    }

    /// <summary>Looks where a mail was delivered: most are still there.</summary>
    /// <returns>Whether nothing is left to do for it.</returns>
    private bool IsInPlace(FoundMail mail)
    {
        using var home = OpenHome(mail);
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

    private Descriptor? OpenHome(FoundMail mail)
    {
        var record = mail.Record;
        if (Posix.TryOpenDirectory(record.Home) is not { } home)
        {
            if (roots.FindAbove(record.Home) is { } fault)
                throw new TemporaryFailureException($"{fault}; the journal {path} holds mail for it");
            Skip(record, $"{record.Home} is gone: its user was removed, or moved elsewhere with his mail");
            return null;
        }

        // who is removed and added again may get the same place, and is another one; of an adopted Maildir the directory stays when its user is removed
        var owner = OwnerFile.Read(home, out var hasOwner);
        if (record.Claim.Length == 0 || (owner is null ? hasOwner : owner.Claim == record.Claim))
            return home;
        home.Dispose();
        Skip(record, $"{record.Home} is not that user's any more");
        return null;
    }

    private void Skip(MailRecord record, string reason)
    {
        Count.Homeless++;
        JournalLog.Homeless(logger, record.Name, reason);
    }

    /// <summary>How far the file system is; 0 where the marker cannot tell: then mails are rather shown twice than lost.</summary>
    private long ReadMark(List<JournalHeader> headers)
    {
        var mark = disk.ReadMark();
        // a mark goes before its batch, which may not have come to its end
        var reason = headers.Exists(header => header.Marker != disk.Marker) ? "another file"
            : mark < 0 || mark > Batch ? "somebody set its time"
            : null;
        if (reason is null)
            return mark;
        JournalLog.MarkerLost(logger, path, reason);
        return 0;
    }

    /// <summary>Looks for mails that are not where they were delivered, and writes those again that were lost.</summary>
    private void Search(string home, List<FoundMail> mails, long mark)
    {
        List<FoundMail> sought = [.. mails];
        // where not all can be looked at, nobody knows what is lost: all are kept
        if (!Try(sought, () => Find(home, sought)))
            return;
        foreach (var mail in sought)
            Try(mail, () => Decide(home, mail, mark));
    }

    private void Find(string path, List<FoundMail> mails)
    {
        using var home = Posix.OpenDirectory(path);
        var (found, mended) = HomeSearch.Find(home, mails);
        Count.Whole += found - mended;
        Count.Mended += mended;
    }

    private void Decide(string path, FoundMail mail, long mark)
    {
        using var home = Posix.OpenDirectory(path);
        using var folder = mail.Record.Box.Length == 0 ? null : Posix.TryOpenPlainDirectory(home, mail.Record.Box);
        // without its folder it is better in the inbox than nowhere
        var box = folder ?? home;
        if (mail.Batch <= mark && !IsUnnamed(box, mail.Record) && !IsOld(mail.Record))
            Count.Removed++;
        else
            _restorer.Write(home, box, folder is null ? "" : mail.Record.Box, mail);
    }

    /// <summary>Whether its rename was lost.</summary>
    private static bool IsUnnamed(Descriptor box, MailRecord record)
    {
        using var tmp = Posix.TryOpenPlainDirectory(box, MaildirTree.Tmp);
        return tmp is not null && FileStatus.TryGet(tmp, record.Name) is { IsRegular: true };
    }

    /// <summary>Whether it may have lain in <c>tmp</c>, and been swept by a reader since.</summary>
    private bool IsOld(MailRecord record) => _now - record.Written >= PlaceSweeper.Age;

    private bool Try(FoundMail mail, Action step) => Try([mail], step);

    /// <summary>Who may write to a Maildir can put something else in the place of anything: that is no reason for a server not to start, nor one to drop mail.</summary>
    private bool Try(List<FoundMail> mails, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (PosixException e) when (e.Errno.IsOfPlace())
        {
            foreach (var mail in mails)
            {
                JournalLog.Aside(logger, mail.Record.Name, mail.Record.Home, e.Message, aside.Keep(mail));
                Count.Aside++;
            }

            return false;
        }
    }
}
