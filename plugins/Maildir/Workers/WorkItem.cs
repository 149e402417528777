namespace MailStore.Maildir.Workers;

/// <summary>One piece of blocking work, and the task that tells what it came to.</summary>
internal sealed class WorkItem<T>(Func<T> work, CancellationToken cancellationToken) : IWorkItem
{
    private const int Queued = 0;
    private const int Taken = 1;

    // continuations go to the thread pool: they are not to hold up the worker
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
