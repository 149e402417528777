using System.Diagnostics.CodeAnalysis;

namespace MailStore.Host.Modules;

/// <summary>
/// The threads on which the calls of one module run that say of themselves that they block (<see cref="Sdk.IBlockingMailbox"/>): a slow disk takes none from the pool. They
/// are made as they are needed, up to a limit, and stay. Calls beyond it wait in the order in which they came, and their deadlines run: see <see cref="ModuleBoundary"/>.
/// </summary>
internal sealed class BlockingThreads(string name, int limit) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<ModuleCall> _queue = new();

    // the one that was busy last goes first: its stack is in the caches, and the others sleep on
    private readonly Stack<Worker> _idle = new();
    private int _threads;
    private bool _ended;

    /// <summary>Has <see cref="ModuleCall.Execute"/> called on one of the threads, once.</summary>
    public void Give(ModuleCall call)
    {
        Worker? worker;
        lock (_lock)
        {
            if (!_idle.TryPop(out worker))
            {
                if (_threads == limit)
                    _queue.Enqueue(call);
                else
                    new Worker(this).Start($"{name} {++_threads}", call);
                return;
            }
        }

        worker.Wake(call);
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

    private bool TryNext(Worker worker, [MaybeNullWhen(false)] out ModuleCall call)
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out call))
                return true;
            if (_ended)
                return false;
            _idle.Push(worker);
        }

        call = worker.Sleep();
        return call is not null;
    }

    private sealed class Worker(BlockingThreads threads)
    {
        private readonly ThreadSemaphore _awake = new();
        private ModuleCall? _call;

        public void Start(string name, ModuleCall first)
        {
            _call = first;
            new Thread(Work) { IsBackground = true, Name = name }.UnsafeStart();
        }

        public void Wake(ModuleCall? call)
        {
            _call = call;
            _awake.Post();
        }

        public ModuleCall? Sleep()
        {
            _awake.Wait();
            return Interlocked.Exchange(ref _call, null);
        }

        private void Work()
        {
            var clean = ExecutionContext.Capture()!;
            var call = Interlocked.Exchange(ref _call, null);
            while (call is not null)
            {
                call.Execute();
                // scopes of the log of one call are not those of the next one
                ExecutionContext.Restore(clean);
                if (!threads.TryNext(this, out call))
                    return;
            }
        }
    }
}
