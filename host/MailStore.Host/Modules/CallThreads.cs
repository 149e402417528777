using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>
/// Threads on which one module may block when it is called (<see cref="ModuleThread.MayBlock"/>): a slow disk takes none from the pool, and who stored a mail answers it, without a
/// change of thread. Made as they are needed, up to a limit; they stay. Thread-safe.
/// </summary>
internal sealed class CallThreads(string name, int limit) : IDisposable
{
    private readonly Lock _lock = new();

    // the one that was busy last goes first: its stack is in the caches, and the others sleep on
    private readonly Stack<Worker> _idle = new();
    private int _threads;
    private bool _ended;

    /// <summary>Has <see cref="ModuleCall.Execute"/> called on one of the threads, once.</summary>
    /// <returns>False if all are busy, or no more can be made: then the call is still the caller's.</returns>
    public bool TryGive(ModuleCall call)
    {
        Worker? worker;
        lock (_lock)
        {
            if (_ended)
                return false;
            if (!_idle.TryPop(out worker))
            {
                if (_threads == limit)
                    return false;
                _threads++;
            }
        }

        if (worker is null)
            return TryStart(call);
        worker.Wake(call);
        return true;
    }

    /// <summary>Ends the threads that have nothing to do, and the others when they are done. Threads that hang in the kernel end with the process.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            while (_idle.TryPop(out var worker))
                worker.Wake(null);
        }
    }

    private bool TryStart(ModuleCall call)
    {
        try
        {
            new Worker(this).Start(name, call);
            return true;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // the system has no thread more for this process (ulimit -u, TasksMax): the pool's then
            lock (_lock)
                _threads--;
            return false;
        }
    }

    private ModuleCall? NextFor(Worker worker)
    {
        lock (_lock)
        {
            if (_ended)
                return null;
            _idle.Push(worker);
        }

        return worker.Sleep();
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
            ModuleThread.MayBlock = true;
            var clean = ExecutionContext.Capture()!;
            var call = _call;
            _call = null;
            while (call is not null)
            {
                call.Execute();
                // what one call left behind, as scopes of the log, is not the next one's
                ExecutionContext.Restore(clean);
                call = threads.NextFor(this);
            }
        }
    }
}
