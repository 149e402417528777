using MailStore.LiteDb.Storage;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>
/// One mail file: opened when it is needed, served by one thread at a time, which takes what has gathered while the last fsync ran, does the reads, and
/// makes all writes durable by one more fsync.
/// </summary>
internal sealed class MailFile(string path, IMailFileOpener opener, ILogger logger)
{
    // LiteDB keeps the memory of its largest transaction for as long as it is open: 16 MB
    private const int PagesToForget = 2048;

    // of deliveries that were answered by a failure while nobody could know whether they were stored
    private readonly List<DoubtfulMail> _doubtful = [];
    private DatabaseFiles? _files;
    private MailDatabase? _database;

    public string Path => path;

    public bool IsOpen => _files is not null;

    /// <summary>Whether it must be remembered although it is closed.</summary>
    public bool HasDoubts => _doubtful.Count > 0;

    /// <summary>Does what was asked for, and answers it.</summary>
    public void Serve(IReadOnlyList<FileRequest> requests)
    {
        var begun = requests.Where(request => request.TryBegin()).ToList();
        if (begun.Count == 0)
            return;
        try
        {
            Open(begun);
        }
        catch (Exception e)
        {
            // The boundary of the module: LiteDB throws what it likes on a damaged file.
            Abandon();
            if (e is not (TemporaryFailureException or ModuleConfigurationException))
                logger.Faulted(path, e);
            FailAll(begun, StorageFault.WhileRunning(DatabaseKind.Mails, path, e));
            return;
        }

        foreach (var read in begun.Where(request => request is IFileRead))
            Guard(read, () => ((IFileRead)read).Run(Database()));
        var writes = begun.Where(request => request is IFileWrite).ToList();
        if (writes.Count > 0)
            Write(writes);
        foreach (var drop in begun.OfType<FileDrop>())
            Guard(drop, () => drop.Answer(TryDrop(drop)));
    }

    /// <summary>Closes it in order: one file is all of it then.</summary>
    /// <param name="inHurry">Leaves the journal, for the next start to read.</param>
    public void Close(bool inHurry = false)
    {
        try
        {
            if (_database is null || inHurry)
            {
                _database?.Abandon();
            }
            else
            {
                _database.Dispose();
                _files!.RemoveJournal();
            }
        }
        catch (Exception e)
        {
            // The boundary of the module: nothing that was acknowledged depends on this, the journal has it.
            logger.Faulted(path, e);
        }
        finally
        {
            _database = null;
            _files?.Dispose();
            _files = null;
        }
    }

    private void Open(List<FileRequest> requests)
    {
        if (_database is not null)
            return;
        if (_files is null)
        {
            var maker = requests.Find(request => request.CreateBelow is not null);
            _files = opener.Open(path, maker?.CreateBelow, maker?.IsShared ?? false);
            if (_files.Created)
                logger.Created(path);
        }

        _ = Database();
    }

    private MailDatabase Database()
    {
        if (_database is not null)
            return _database;
        _database = MailDatabase.Open(_files!);
        if (_database.Replayed > 0)
            logger.Replayed(path, _database.Replayed);
        if (_doubtful.Count > 0)
            Withdraw(_database);
        return _database;
    }

    private void Withdraw(MailDatabase database)
    {
        var batch = new MailBatch(database);
        foreach (var mail in _doubtful)
        {
            if (database.FindMail(mail.Key) is { } record && batch.Find(mail.Place) is { } mailbox)
                batch.Remove(mailbox, record);
        }

        var count = batch.Removed.Count;
        database.Commit(batch);
        _doubtful.Clear();
        if (count > 0)
            logger.Withdrawn(path, count);
    }

    private void Write(List<FileRequest> writes)
    {
        try
        {
            var database = Database();
            var batch = new MailBatch(database);
            foreach (var write in writes)
                ((IFileWrite)write).Decide(batch);
            database.Commit(batch);
        }
        catch (Exception e)
        {
            // The boundary of the module: LiteDB throws what it likes on a fault. Now what is on disk decides.
            AnswerAfterFault(writes, Fault(e));
            return;
        }

        foreach (var write in writes)
            ((IFileWrite)write).Answer();
        if (_database!.PagesOfLastCommit > PagesToForget)
            Close();
    }

    private void AnswerAfterFault(List<FileRequest> writes, TemporaryFailureException fault)
    {
        try
        {
            var database = Database();
            foreach (var write in writes)
                ((IFileWrite)write).AnswerAfterFault(database, fault);
        }
        catch (Exception e)
        {
            // The boundary of the module, as in Write. What cannot be read now is not stored, whenever it can be read again.
            Fault(e);
            _doubtful.AddRange(writes.Where(write => !write.IsAnswered).SelectMany(write => ((IFileWrite)write).Doubtful));
            FailAll(writes, fault);
        }
    }

    private bool TryDrop(FileDrop drop)
    {
        if (!drop.IsDue(Database()))
            return false;
        Close();
        opener.Remove(path);
        logger.Dropped(path);
        return true;
    }

    private void Guard(FileRequest request, Action action)
    {
        try
        {
            // a drop before it, or a great commit, has closed the file
            if (_files is null)
                Open([request]);
            action();
        }
        catch (TemporaryFailureException e) when (request is IFileRead)
        {
            // what the read came to, as a mailbox that is not there: nothing is wrong with the file, and others go on with it
            request.Fail(e);
        }
        catch (Exception e)
        {
            // The boundary of the module, as in Write.
            request.Fail(Fault(e));
        }
    }

    private TemporaryFailureException Fault(Exception e)
    {
        if (e is not (TemporaryFailureException or ModuleConfigurationException))
            logger.Faulted(path, e);
        _database?.Abandon();
        _database = null;
        return StorageFault.WhileRunning(DatabaseKind.Mails, path, e);
    }

    private void Abandon()
    {
        _database?.Abandon();
        _database = null;
        _files?.Dispose();
        _files = null;
    }

    private static void FailAll(List<FileRequest> requests, Exception fault)
    {
        foreach (var request in requests)
            request.Fail(fault);
    }
}
