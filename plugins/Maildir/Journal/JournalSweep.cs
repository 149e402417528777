using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Journal;

/// <summary>The thread that empties the files of a journal, one after the other: when one is full, when it is old enough, and at the end, when it closes them.</summary>
internal sealed class JournalSweep
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly MailJournal _journal;
    private readonly Thread _thread;
    private readonly Interop.Semaphore _awake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isAsked, _isStopped, _isAbandoned;

    public JournalSweep(MailJournal journal)
    {
        _journal = journal;
        _thread = new Thread(Work) { IsBackground = true, Name = "maildir journal" };
        _thread.UnsafeStart();
    }

    /// <summary>There may be something to do.</summary>
    /// <param name="isDue">Also for the file in use, if there is anything in it.</param>
    public void Wake(bool isDue)
    {
        if (isDue)
            _isAsked = true;
        _awake.Post();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopped = true;
        Wake(isDue: true);
        try
        {
            await _ended.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // the disk hangs; the next start replays what is there
            Abandon();
        }
    }

    /// <summary>Ends the thread, and waits a moment for it, but for no disk that hangs.</summary>
    public void End()
    {
        Abandon();
        _thread.Join(Patience);
    }

    private void Abandon()
    {
        _isAbandoned = true;
        _awake.Post();
    }

    private void Work()
    {
        var isDue = false;
        do
        {
            _awake.Wait();
            isDue |= _isAsked;
            _isAsked = false;
            while (!_isAbandoned && _journal.FindFull(ref isDue) is { } full)
                _journal.Empty(full);
        }
        while (!_isAbandoned && !(_isStopped && (!isDue || _journal.Fault is not null)));
        // here: the disk may have hung in a call until now
        _journal.Close();
        _ended.TrySetResult();
    }
}
