namespace MailStore.Host.Modules;

/// <summary>
/// Makes up for threads of the pool that a module blocks. The pool alone adds one or two a second, and for that long one bad module would
/// stall the whole host; with its minimum raised by twice as many as are blocked, it adds them at once.
/// </summary>
internal sealed class BlockedThreads
{
    private const int MostRaised = 256;

    private static readonly Lock Gate = new();
    private static int _total;
    private static int _raised;

    private int _reported;

    /// <summary>Tells how many threads one module blocks now.</summary>
    public void Report(int count)
    {
        if (Volatile.Read(ref _reported) == count)
            return;
        lock (Gate)
        {
            _total += count - _reported;
            Volatile.Write(ref _reported, count);
            var raise = Math.Min(2 * _total, MostRaised);
            ThreadPool.GetMinThreads(out var workers, out var completionPorts);
            if (ThreadPool.SetMinThreads(workers - _raised + raise, completionPorts))
                _raised = raise;
        }
    }
}
