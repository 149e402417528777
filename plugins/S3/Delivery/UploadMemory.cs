namespace MailStore.S3.Delivery;

/// <summary>The memory for mails on their way up. First come, first served, so that a large mail is not passed over for ever. Thread-safe.</summary>
internal sealed class UploadMemory(long total)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly long _total = total;
    private long _free = total;

    /// <summary>Waits for room.</summary>
    /// <param name="size">How much; what is more than there is at all counts as all of it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Gives it back when disposed.</returns>
    public async Task<IDisposable> TakeAsync(long size, CancellationToken cancellationToken)
    {
        size = Math.Min(size, _total);
        LinkedListNode<Waiter> waiter;
        lock (_lock)
        {
            if (_waiters.Count == 0 && _free >= size)
            {
                _free -= size;
                return new Room(this, size);
            }

            waiter = _waiters.AddLast(new Waiter(size));
        }

        await using (cancellationToken.Register(() => GiveUp(waiter, cancellationToken)))
            await waiter.Value.Turn.Task;
        return new Room(this, size);
    }

    private void GiveUp(LinkedListNode<Waiter> waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.List is null)
                return;
            _waiters.Remove(waiter);
            Serve();
        }

        waiter.Value.Turn.TrySetCanceled(cancellationToken);
    }

    private void Return(long size)
    {
        lock (_lock)
        {
            _free += size;
            Serve();
        }
    }

    private void Serve()
    {
        while (_waiters.First is { } first && first.Value.Size <= _free)
        {
            _free -= first.Value.Size;
            _waiters.RemoveFirst();
            first.Value.Turn.TrySetResult();
        }
    }

    private sealed class Waiter(long size)
    {
        public long Size => size;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Room(UploadMemory memory, long size) : IDisposable
    {
        private UploadMemory? _memory = memory;

        public void Dispose() => Interlocked.Exchange(ref _memory, null)?.Return(size);
    }
}
