using Microsoft.Extensions.Logging;

namespace MailStore.S3.Delivery;

/// <summary>The withdrawals that are open, in memory and, a moment later, in a file. Thread-safe; nobody waits for the file.</summary>
internal sealed class OpenWithdrawals(WithdrawalFile file, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Withdrawal> _open = [];
    private Task _saving = Task.CompletedTask;
    private bool _isSaving;
    private bool _isSaved = true;

    /// <summary>For messages.</summary>
    public string Path => file.Path;

    /// <summary>Those that an earlier run has left.</summary>
    public IReadOnlyList<Withdrawal> Read()
    {
        try
        {
            return file.Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            S3Log.WithdrawalsNotRead(logger, Path, e.Message);
            return [];
        }
    }

    public void Add(Withdrawal withdrawal)
    {
        lock (_lock)
        {
            _open.Add(withdrawal);
            Save();
        }
    }

    public void Remove(Withdrawal withdrawal)
    {
        lock (_lock)
        {
            _open.Remove(withdrawal);
            Save();
        }
    }

    /// <summary>Waits until the file says what is open.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
            return _saving;
    }

    // With the lock held. One write for all that changes while the one before runs.
    private void Save()
    {
        _isSaved = false;
        if (_isSaving)
            return;
        _isSaving = true;
        _saving = Task.Run(Write);
    }

    private void Write()
    {
        while (true)
        {
            List<Withdrawal> open;
            lock (_lock)
            {
                _isSaving = !_isSaved;
                if (_isSaved)
                    return;
                _isSaved = true;
                open = [.. _open];
            }

            try
            {
                file.Write(open);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                S3Log.WithdrawalsNotKept(logger, Path, e.Message);
            }
        }
    }
}
