using MailStore.Sdk;

namespace MailStore.Probes;

/// <summary>A lock with a lease, told lost when that has run out.</summary>
internal sealed class FileLock : IUserLock
{
    private readonly CancellationTokenSource _lost = new();
    private readonly Timer _timer;
    private readonly Func<ValueTask> _letGo;
    private readonly Flaw _flaw;
    private int _disposed;

    public FileLock(TimeSpan lease, Func<ValueTask> letGo, Flaw flaw)
    {
        (_letGo, _flaw, Lost) = (letGo, flaw, _lost.Token);
        _timer = new Timer(static source => ((CancellationTokenSource)source!).Cancel(), _lost, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (flaw != Flaw.NeverCancelsLost)
            _timer.Change(flaw == Flaw.CancelsLostTooEarly ? TimeSpan.FromMilliseconds(20) : lease, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Lost { get; }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0 && _flaw != Flaw.DisposesTheLockOfAnother)
            return;
        await _timer.DisposeAsync();
        await _letGo();
    }
}
