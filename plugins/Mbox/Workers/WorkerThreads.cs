using System.Collections.Concurrent;

namespace MailStore.Mbox.Workers;

/// <summary>
/// Threads of the module's own for blocking system calls: a slow disk never takes threads away from the host. They are made as they are needed, up to a
/// limit, and end with the module. What waits for a lock waits on no thread.
/// </summary>
internal sealed class WorkerThreads(string name, int limit) : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private int _idle;
    private bool _isStopped;

    /// <summary>Runs work on one of the threads.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            _work.Add(() => Execute(work, source));
            if (_idle < _work.Count && _threads < limit)
            {
                _idle++;
                new Thread(Work) { IsBackground = true, Name = $"{name} {++_threads}" }.UnsafeStart();
            }
        }

        return source.Task;
    }

    /// <summary>As <see cref="RunAsync{T}"/>, for work without a result.</summary>
    public Task RunAsync(Action work) => RunAsync(() =>
    {
        work();
        return true;
    });

    /// <summary>Lets the threads finish what they do and what waits, and ends them.</summary>
    /// <param name="cancellationToken">Waits no longer: threads that hang in the kernel are left behind (they are background threads).</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends the threads without waiting for them.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            _work.CompleteAdding();
            if (_threads == 0)
                _ended.TrySetResult();
        }
    }

    private static void Execute<T>(Func<T> work, TaskCompletionSource<T> source)
    {
        try
        {
            source.SetResult(work());
        }
        catch (Exception e) // the boundary between threads: it is thrown again at whoever awaits the task
        {
            source.SetException(e);
        }
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            lock (_lock)
                _idle--;
            work();
            lock (_lock)
                _idle++;
        }

        lock (_lock)
        {
            if (--_threads == 0)
                _ended.TrySetResult();
        }
    }
}
