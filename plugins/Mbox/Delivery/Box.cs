using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Places;
using MailStore.Mbox.Reading;
using MailStore.Sdk;

namespace MailStore.Mbox.Delivery;

/// <summary>
/// One mbox file in this process: what waits to be written to it, and who may lock it. Mails that come while others are written, or while another program has the file, make up
/// the next batch. Waiting for a lock takes a timer, and no thread.
/// </summary>
internal sealed class Box(string path, BoxServices services)
{
    private const int MaxBatch = 256;
    private const long MaxBatchBytes = 16 << 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    // Others who wait for the file get a moment to take it, however much mail there is.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(30);

    private readonly Lock _lock = new();
    private readonly LinkedList<DeliveryRequest> _queue = new();
    private BoxState? _known;
    private Doubt? _doubt;
    private bool _isServed;

    public Whereabouts Whereabouts { get; } = new();

    // in the order of asking, so that readers get their turn beside a storm of mail
    private SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Has a mail written.</summary>
    public Task<DeliveryResult> DeliverAsync(DeliveryRequest request)
    {
        Deliver([request]);
        return request.Task;
    }

    /// <summary>Has mails written, one right behind the other.</summary>
    public void Deliver(IReadOnlyList<DeliveryRequest> requests)
    {
        foreach (var request in requests)
            request.Watch();
        lock (_lock)
        {
            foreach (var request in requests)
                _queue.AddLast(request);
            if (!_isServed)
            {
                _isServed = true;
                _ = Task.Run(ServeAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>Does something with the locked file.</summary>
    /// <param name="isShared">To read only.</param>
    /// <param name="use">Gets the file, null if there is none, and what is known of it; runs on a worker.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TemporaryFailureException">Another program keeps it.</exception>
    public async Task<T> UseAsync<T>(bool isShared, Func<LockedFile?, BoxState?, T> use, CancellationToken cancellationToken)
    {
        var since = services.Clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            await Turn.WaitAsync(cancellationToken);
            try
            {
                var (isDone, result) = await services.Workers.RunAsync(() => TryUse(isShared, use));
                if (isDone)
                    return result!;
            }
            finally
            {
                Turn.Release();
            }

            if (services.Clock.GetElapsedTime(since) > services.Options.LockTimeout)
                throw new TemporaryFailureException(LockedBy());
            await Task.Delay(pause, services.Clock, cancellationToken);
        }
    }

    private (bool IsDone, T? Result) TryUse<T>(bool isShared, Func<LockedFile?, BoxState?, T> use)
    {
        var isPending = ChangeJournal.IsThere(path);
        if (!services.Locker.TryLock(path, isShared && !isPending, out var file))
            return (true, use(null, null));
        if (file is null)
            return (false, default);
        using (file)
        {
            if (isPending || ChangeJournal.IsThere(path))
            {
                // what was changed is to be looked at anew; with a shared lock only, the next try takes the other one
                if (isPending)
                    ChangeJournal.Settle(file, services.Logger);
                return (false, default);
            }

            if (!isShared && SettleDoubt(file))
                return (false, default);
            var known = _known;
            return (true, use(file, known?.Status == file.Status ? known : null));
        }
    }

    // never fails: each request is answered
    private async Task ServeAsync()
    {
        var pause = FirstPause;
        var turn = services.Clock.GetTimestamp();
        while (HasWork())
        {
            bool isDone;
            await Turn.WaitAsync();
            try
            {
                isDone = await services.Workers.RunAsync(TryServe);
            }
            catch (Exception e) // the boundary of a task that nobody awaits: those who wait are told
            {
                Fail(static _ => true, ResultOf(e));
                isDone = true;
            }
            finally
            {
                Turn.Release();
            }

            if (isDone)
            {
                pause = FirstPause;
                if (services.Clock.GetElapsedTime(turn) < LongestTurn)
                    continue;
                await Task.Delay(Breath, services.Clock);
                turn = services.Clock.GetTimestamp();
                continue;
            }

            FailExpired();
            await Task.Delay(pause, services.Clock);
            pause = Longer(pause);
            turn = services.Clock.GetTimestamp();
        }
    }

    private bool TryServe()
    {
        var isNew = false;
        if (!services.Locker.TryLock(path, isShared: false, out var file))
        {
            // a mail program has removed an empty mailbox, or the disk is away
            if (OwnerFile.Read(path) is null)
                throw Vanished();
            isNew = PlaceMaker.MakeFile(path);
            services.Locker.TryLock(path, isShared: false, out file);
        }

        if (file is null)
            return false;
        using (file)
        {
            if (ChangeJournal.IsThere(path))
            {
                ChangeJournal.Settle(file, services.Logger);
                return false;
            }

            var owner = OwnerFile.Read(path);
            if (owner is null && isNew)
            {
                // the user was removed in this very moment
                Posix.Unlink(path);
                throw Vanished();
            }

            if (SettleDoubt(file))
                return false;
            var writer = new BatchWriter(file, _known, services.Logger);
            _known = null;
            _known = writer.Write(TakeBatch(), owner);
            _doubt = writer.Doubt;
            Close(file);
            writer.Answer();
        }

        return true;
    }

    // true: the length of the file may be another one now
    private bool SettleDoubt(LockedFile file)
    {
        if (_doubt is not { } doubt)
            return false;
        doubt.Settle(file);
        (_doubt, _known) = (null, null);
        return true;
    }

    private TemporaryFailureException Vanished() => new(
        services.Roots.FindAbove(path) ?? $"neither the file nor {OwnerFile.PathOf(path)} is there; mount its disk, or restore it: MailStore does not make an empty one in its place");

    // what was acknowledged has been synced: nothing depends on this
    private void Close(LockedFile file)
    {
        try
        {
            file.Close();
        }
        catch (IOException e)
        {
            _known = null;
            MboxLog.NotConfirmed(services.Logger, path, e.Message);
        }
    }

    private List<DeliveryRequest> TakeBatch()
    {
        var batch = new List<DeliveryRequest>();
        var bytes = 0L;
        lock (_lock)
        {
            while (_queue.First is { } first && batch.Count < MaxBatch && bytes < MaxBatchBytes)
            {
                _queue.RemoveFirst();
                if (!first.Value.TryTake())
                    continue;
                batch.Add(first.Value);
                bytes += first.Value.Mail.Length;
            }
        }

        return batch;
    }

    private bool HasWork()
    {
        lock (_lock)
        {
            for (var node = _queue.First; node is not null;)
            {
                var next = node.Next;
                if (!node.Value.IsWaiting)
                    _queue.Remove(node);
                node = next;
            }

            return _isServed = _queue.Count > 0;
        }
    }

    private DeliveryResult ResultOf(Exception e) => e switch
    {
        ObjectDisposedException => DeliveryResult.TemporaryFailure($"{path} is closed; the server is stopping"),
        IOException when Posix.IsFull(e) => DeliveryResult.StorageFull($"no room left for {path}: {e.Message}; free space on that disk"),
        _ => DeliveryResult.TemporaryFailure($"{path} cannot be used: {e.Message}"),
    };

    private void FailExpired() =>
        Fail(request => services.Clock.GetElapsedTime(request.Since) > services.Options.LockTimeout, DeliveryResult.TemporaryFailure(LockedBy()));

    private void Fail(Predicate<DeliveryRequest> isMeant, DeliveryResult result)
    {
        lock (_lock)
        {
            for (var node = _queue.First; node is not null;)
            {
                var next = node.Next;
                if (isMeant(node.Value))
                {
                    _queue.Remove(node);
                    if (node.Value.TryTake())
                        node.Value.Answer(result);
                }

                node = next;
            }
        }
    }

    private string LockedBy() =>
        $"{path} was locked by another program for more than {services.Options.LockTimeout.TotalSeconds} s; see who has it ('fuser {path}', or the number in {path}{DotLock.Extension})";

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
