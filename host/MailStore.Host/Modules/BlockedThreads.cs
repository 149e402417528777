namespace MailStore.Host.Modules;

/// <summary>
/// Makes up for threads of the pool that a module blocks. The pool alone adds one or two a second, and for that long one bad module would
/// stall the whole host; raised by as many as are blocked, its minimum lets it add them at once.
/// </summary>
internal sealed class BlockedThreads
{
    private static readonly Lock Gate = new();
    private static int _total;

    private int _reported;

    /// <summary>Tells how many threads one module blocks now.</summary>
    public void Report(int count)
    {
        if (Volatile.Read(ref _reported) == count)
            return;
        lock (Gate)
        {
            ThreadPool.GetMinThreads(out var workers, out var completionPorts);
            var minimum = workers - _total;
            _total += count - _reported;
            Volatile.Write(ref _reported, count);
            ThreadPool.SetMinThreads(minimum + _total, completionPorts);
        }
    }
}
