namespace MailStore.Maildir.Workers;

/// <summary>
/// Threads of the module's own for blocking system calls: a slow disk never takes threads away from the host. They are made as they are
/// needed, up to a limit, and stay. Work beyond that waits in the order in which it came; how much there is of it the host's own limits say.
/// </summary>
internal sealed class WorkerPool(string name, int limit) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<IWorkItem> _queue = new();

    // the one that was busy last goes first: its stack is in the caches, and the others sleep on
    private readonly Stack<Worker> _idle = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private bool _stopped;

    /// <summary>Runs work on one of the threads.</summary>
    /// <param name="work">Blocks as it likes; looks at the token itself once it runs.</param>
    /// <param name="cancellationToken">Takes the work back for as long as it waits.</param>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var item = new WorkItem<T>(work, cancellationToken);
        item.Watch();
        Give(item);
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
            if (_threads == 0)
                _ended.TrySetResult();
            while (_idle.TryPop(out var worker))
                worker.Wake(null);
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

    private void Give(IWorkItem item)
    {
        Worker? worker;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (!_idle.TryPop(out worker))
            {
                if (_threads == limit)
                    _queue.Enqueue(item);
                else
                    new Worker(this, $"{name} {++_threads}").Start(item);
                return;
            }
        }

        worker.Wake(item);
    }

    /// <returns>What the thread is to do next; null: it ends.</returns>
    private IWorkItem? NextFor(Worker worker)
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out var item))
                return item;
            if (_stopped)
            {
                if (--_threads == 0)
                    _ended.TrySetResult();
                return null;
            }

            _idle.Push(worker);
        }

        return worker.Sleep() ?? NextFor(worker);
    }

    /// <summary>One of the threads.</summary>
    private sealed class Worker(WorkerPool pool, string name)
    {
        private readonly Interop.Semaphore _awake = new();
        private IWorkItem? _item;

        public void Start(IWorkItem first)
        {
            _item = first;
            new Thread(Work) { IsBackground = true, Name = name }.UnsafeStart();
        }

        /// <param name="item">What it is to do; null: look whether the pool was stopped.</param>
        public void Wake(IWorkItem? item)
        {
            _item = item;
            _awake.Post();
        }

        public IWorkItem? Sleep()
        {
            _awake.Wait();
            var item = _item;
            _item = null;
            return item;
        }

        private void Work()
        {
            var item = _item;
            _item = null;
            while (item is not null)
            {
                item.Execute();
                item = pool.NextFor(this);
            }
        }
    }
}
