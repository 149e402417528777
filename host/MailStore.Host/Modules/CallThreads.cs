namespace MailStore.Host.Modules;

/// <summary>
/// Threads on which the calls of one module run that block (<see cref="Sdk.IBlockingMailbox"/>): a slow disk takes none from the pool, and who stored a mail answers it, without a
/// change of thread. Made as they are needed, up to a limit; they stay. Thread-safe.
/// </summary>
internal sealed class CallThreads(string name, int limit)
{
    private readonly Lock _lock = new();

    // the one that was busy last goes first: its stack is in the caches, and the others sleep on
    private readonly Stack<Worker> _idle = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private bool _stopped;

    /// <summary>Has <see cref="ModuleCall.Execute"/> called on one of the threads, once.</summary>
    /// <returns>False if all are busy, or no more can be made: then the call is still the caller's.</returns>
    public bool TryGive(ModuleCall call)
    {
        Worker? worker;
        lock (_lock)
        {
            if (_stopped)
                return false;
            if (!_idle.TryPop(out worker))
            {
                if (_threads == limit)
                    return false;
                _threads++;
            }
        }

        call.IsOnOwnThread = true;
        if (worker is null)
            return TryStart(call);
        worker.Wake(call);
        return true;
    }

    /// <summary>Takes no calls any more, and waits for those that are under way.</summary>
    /// <param name="limit">Not longer: threads that hang in the kernel end with the process.</param>
    public async Task StopAsync(TimeSpan limit, TimeProvider clock)
    {
        lock (_lock)
        {
            _stopped = true;
            if (_threads == 0)
                _allEnded.TrySetResult();
            while (_idle.TryPop(out var worker))
                worker.Wake(null);
        }

        await _allEnded.Task.WaitAsync(limit, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryStart(ModuleCall call)
    {
        try
        {
            new Worker(this).Start(name, call);
            return true;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException or EntryPointNotFoundException)
        {
            // the system has no thread more for this process (ulimit -u, TasksMax), or its libc no semaphores (glibc before 2.34): the pool's then
            call.IsOnOwnThread = false;
            Ended();
            return false;
        }
    }

    private ModuleCall? NextFor(Worker worker)
    {
        lock (_lock)
        {
            if (_stopped)
                return null;
            _idle.Push(worker);
        }

        return worker.Sleep();
    }

    private void Ended()
    {
        lock (_lock)
        {
            if (--_threads == 0 && _stopped)
                _allEnded.TrySetResult();
        }
    }

    private sealed class Worker(CallThreads threads)
    {
        private readonly ThreadSemaphore _awake = new();
        private ModuleCall? _call;

        public void Start(string name, ModuleCall first)
        {
            _call = first;
            new Thread(Work) { IsBackground = true, Name = name }.UnsafeStart();
        }

        /// <param name="call">Null: to end.</param>
        public void Wake(ModuleCall? call)
        {
            _call = call;
            _awake.Post();
        }

        public ModuleCall? Sleep()
        {
            _awake.Wait();
            var call = _call;
            _call = null;
            return call;
        }

        private void Work()
        {
            try
            {
                var clean = ExecutionContext.Capture()!;
                var call = _call;
                _call = null;
                while (call is not null)
                {
                    call.Execute();
                    // what a module left behind is not the next call's, as the pool has it
                    ExecutionContext.Restore(clean);
                    SynchronizationContext.SetSynchronizationContext(null);
                    call = threads.NextFor(this);
                }
            }
            finally
            {
                threads.Ended();
            }
        }
    }
}
