namespace MailStore.Maildir.Workers;

/// <summary>
/// Threads of the module's own for blocking system calls: a slow disk never takes threads away from the host. They are made as they are
/// needed, up to a limit, and stay. Work beyond that waits in the order in which it came; how much there is of it the host's own limits say.
/// </summary>
internal sealed class WorkerPool(string name, int limit) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<IWorkItem> _queue = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private int _idle;
    private bool _stopped;

    /// <summary>Runs work on one of the threads.</summary>
    /// <param name="work">Blocks as it likes; looks at the token itself once it runs.</param>
    /// <param name="cancellationToken">Takes the work back for as long as it waits.</param>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var item = new WorkItem<T>(work, cancellationToken);
        item.Watch();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _queue.Enqueue(item);
            // as many idle threads as waiting items: nothing waits while a thread may still be made
            if (_idle < _queue.Count && _threads < limit)
                AddThread();
        }

        _available.Release();
        return item.Task;
    }

    /// <summary>As <see cref="RunAsync{T}"/>, for work without a result.</summary>
    public Task RunAsync(Action work, CancellationToken cancellationToken) =>
        RunAsync(
            () =>
            {
                work();
                return true;
            },
            cancellationToken);

    /// <summary>Lets the threads finish what they do and what waits, and ends them.</summary>
    /// <param name="cancellationToken">Waits no longer: threads that hang in the kernel are left behind (they are background threads), waiting work is cancelled.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _stopped = true;
            if (_threads > 0)
                _available.Release(_threads);
            else
                _ended.TrySetResult();
        }

        try
        {
            await _ended.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // some hang; nothing that was acknowledged depends on them
        }

        lock (_lock)
        {
            while (_queue.TryDequeue(out var item))
                item.Abandon();
        }
    }

    /// <summary>Ends the threads without waiting for them.</summary>
    public void Dispose() => _ = StopAsync(new CancellationToken(canceled: true));

    private void AddThread()
    {
        // counted as idle from the start: its first item is in the queue already
        _idle++;
        var thread = new Thread(Work) { IsBackground = true, Name = $"{name} {++_threads}" };
        thread.UnsafeStart();
    }

    private void Work()
    {
        while (true)
        {
            _available.Wait();
            IWorkItem? item;
            lock (_lock)
            {
                if (!_queue.TryDequeue(out item) && _stopped)
                {
                    if (--_threads == 0)
                        _ended.TrySetResult();
                    return;
                }

                if (item is not null)
                    _idle--;
            }

            if (item is null)
                continue;
            item.Execute();
            lock (_lock)
                _idle++;
        }
    }
}
