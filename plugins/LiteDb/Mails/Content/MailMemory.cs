namespace MailStore.LiteDb.Mails.Content;

/// <summary>Bounds the memory for mails on their way into files. Whoever finds too little waits; first come, first served, so that a large mail gets its turn.</summary>
internal sealed class MailMemory(long size)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private readonly long _size = size;
    private long _free = size;

    /// <summary>Takes memory; dispose what comes back to give it back.</summary>
    public async ValueTask<IDisposable> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        bytes = Math.Min(bytes, _size);
        Waiter waiter;
        lock (_gate)
        {
            if (_waiters.Count == 0 && bytes <= _free)
            {
                _free -= bytes;
                return new Taken(this, bytes);
            }

            waiter = new Waiter(bytes);
            _waiters.AddLast(waiter);
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => Withdraw(waiter, cancellationToken), null).ConfigureAwait(false);
        await waiter.Task.ConfigureAwait(false);
        return new Taken(this, bytes);
    }

    private void Withdraw(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiters.Remove(waiter))
                waiter.SetCanceled(cancellationToken);
            Serve();
        }
    }

    private void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            Serve();
        }
    }

    private void Serve()
    {
        while (_waiters.First is { } first && first.Value.Bytes <= _free)
        {
            _waiters.RemoveFirst();
            _free -= first.Value.Bytes;
            first.Value.SetResult();
        }
    }

    private sealed class Waiter(long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Bytes => bytes;
    }

    private sealed class Taken(MailMemory memory, long bytes) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
                memory.GiveBack(bytes);
        }
    }
}
