namespace MailStore.Maildir.Workers;

/// <summary>One piece of blocking work, and the task that tells what it came to.</summary>
internal sealed class WorkItem<T>(Func<T> work, CancellationToken cancellationToken) : IWorkItem
{
    private const int Queued = 0;
    private const int Taken = 1;

    // what awaits it goes on here, on the worker, until the host's boundary takes it to a thread of the pool: one hop, not two
    private readonly TaskCompletionSource<T> _source = new();
    private CancellationTokenRegistration _registration;
    private int _state = Queued;

    public Task<T> Task => _source.Task;

    /// <summary>From now on a cancellation completes the task at once if no worker has begun: all of them may hang in a dead NFS mount.</summary>
    public void Watch()
    {
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static item => ((WorkItem<T>)item!).Abandon(), this);
    }

    public void Execute()
    {
        if (Interlocked.Exchange(ref _state, Taken) != Queued)
            return;
        _registration.Dispose();
        try
        {
            _source.SetResult(work());
        }
        catch (OperationCanceledException e)
        {
            _source.SetCanceled(e.CancellationToken);
        }
        catch (Exception e) // the boundary between threads: it is thrown again at whoever awaits the task
        {
            _source.SetException(e);
        }
    }

    public void Abandon()
    {
        if (Interlocked.Exchange(ref _state, Taken) == Queued)
            _source.TrySetCanceled(cancellationToken);
    }
}
