namespace MailStore.Host.Delivery;

/// <summary>How much memory and how much of the disk all mails that are under way may take together. Thread-safe.</summary>
/// <param name="perMail">What one mail may take of the memory.</param>
internal sealed class MailBudget(long memory, long perMail, long spool, Func<long>? freeDisk = null)
{
    private long _memory;
    private long _spool;

    /// <summary>What is taken now.</summary>
    public long MemoryInUse => Volatile.Read(ref _memory);

    /// <inheritdoc cref="MemoryInUse"/>
    public long SpoolInUse => Volatile.Read(ref _spool);

    /// <summary>Whether a mail of this size has room now; what comes meanwhile may take it.</summary>
    public bool HasRoomFor(long size) =>
        (size <= perMail && size < memory - MemoryInUse) || (size < spool - SpoolInUse && size < (freeDisk?.Invoke() ?? long.MaxValue));

    public bool TryTakeMemory(long bytes) => TryTake(ref _memory, bytes, memory);

    public void ReturnMemory(long bytes) => Interlocked.Add(ref _memory, -bytes);

    public bool TryTakeSpool(long bytes) => TryTake(ref _spool, bytes, spool);

    public void ReturnSpool(long bytes) => Interlocked.Add(ref _spool, -bytes);

    private static bool TryTake(ref long inUse, long bytes, long limit)
    {
        if (Interlocked.Add(ref inUse, bytes) <= limit)
            return true;
        Interlocked.Add(ref inUse, -bytes);
        return false;
    }
}
