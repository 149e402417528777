using System.Collections.Concurrent;
using System.Diagnostics;
using MailStore.LiteDb.Storage;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.LiteDb.Users;

/// <summary>
/// The one thread that touches the database: LiteDB blocks, and blocking belongs on no thread of the pool. It takes what has gathered while the last
/// fsync ran, does the reads, and makes all writes durable by one more fsync.
/// </summary>
internal sealed class StoreThread(Func<DatabaseFiles> open, string path, UserCache cache, ILogger logger)
{
    private const int MaxBatch = 512;

    private readonly BlockingCollection<StoreRequest> _requests = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<StoreRequest> _writes = [];
    private DatabaseFiles? _files;
    private UserStore? _store;
    private Thread? _thread;

    /// <summary>Opens the database.</summary>
    public Task StartAsync()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "litedb users" };
        _thread.Start();
        return _started.Task;
    }

    /// <summary>Does what is queued, closes the database and ends.</summary>
    public Task StopAsync()
    {
        _requests.CompleteAdding();
        return _thread is null ? Task.CompletedTask : _ended.Task;
    }

    public Task<T> SendAsync<T>(StoreRequest<T> request)
    {
        try
        {
            _requests.Add(request, CancellationToken.None);
        }
        catch (InvalidOperationException e)
        {
            throw new TemporaryFailureException($"the user database {path} is closed; the server is stopping", e);
        }

        return request.Task;
    }

    private void Run()
    {
        try
        {
            Start();
            _started.SetResult();
            while (_requests.TryTake(out var request, Timeout.Infinite))
                Serve(request);
            Close();
        }
        catch (Exception e)
        {
            // The boundary of the module: an exception on a thread of its own would end the process.
            var fault = StorageFault.AtStart(DatabaseKind.Users, path, e);
            if (!_started.TrySetException(fault))
                logger.Faulted(path, e);
            _requests.CompleteAdding();
            while (_requests.TryTake(out var request))
                request.Fail(fault);
        }
        finally
        {
            _files?.Dispose();
            _ended.SetResult();
        }
    }

    private void Start()
    {
        var start = Stopwatch.GetTimestamp();
        _files = open();
        _store = UserStore.Open(_files);
        if (_files.Created)
            logger.Created(path);
        if (_store.Replayed > 0)
            logger.Replayed(path, _store.Replayed);
        logger.Opened(path, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private void Close()
    {
        if (_store is null)
            return;
        _store.Dispose();
        _files!.RemoveJournal();
    }

    private void Serve(StoreRequest first)
    {
        _writes.Clear();
        var taken = 0;
        for (var request = first; request is not null; request = ++taken < MaxBatch && _requests.TryTake(out var next) ? next : null)
        {
            if (request.EndIfCancelled())
                continue;
            if (request is IReadRequest read)
                Guard(request, () => read.Run(Store()));
            else
                _writes.Add(request);
        }

        if (_writes.Count > 0)
            Write();
    }

    private void Write()
    {
        UserBatch? batch = null;
        try
        {
            batch = new UserBatch(Store(), cache);
            foreach (var write in _writes)
                ((IWriteRequest)write).Decide(batch);
            batch.Commit();
        }
        catch (Exception e)
        {
            // The boundary of the module: LiteDB throws what it likes on a fault. All writes of the batch share its unknown outcome,
            // and a fresh read must come from the file, so the cache forgets them before anybody is told.
            foreach (var name in batch?.Names ?? [])
                cache.Remove(name);
            var fault = Fault(e);
            foreach (var write in _writes)
                write.Fail(fault);
            return;
        }

        foreach (var write in _writes)
            ((IWriteRequest)write).Answer();
    }

    private void Guard(StoreRequest request, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            // The boundary of the module, as in Write.
            request.Fail(Fault(e));
        }
    }

    private UserStore Store()
    {
        if (_store is null)
        {
            _store = UserStore.Open(_files!);
            logger.Reopened(path);
        }

        return _store;
    }

    private TemporaryFailureException Fault(Exception e)
    {
        logger.Faulted(path, e);
        _store?.Abandon();
        _store = null;
        return StorageFault.WhileRunning(DatabaseKind.Users, path, e);
    }
}
