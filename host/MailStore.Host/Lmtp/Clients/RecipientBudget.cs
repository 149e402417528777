namespace MailStore.Host.Lmtp;

/// <summary>
/// How many recipients all connections together may have accepted: each is kept, with his record, until his transaction ends, so that memory would else be bounded
/// by nothing but connections times recipients. Thread-safe.
/// </summary>
internal sealed class RecipientBudget(int limit)
{
    private int _taken;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= limit)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    public void Return(int count) => Interlocked.Add(ref _taken, -count);
}
