using Microsoft.Extensions.Logging;

namespace MailStore.S3.Delivery;

/// <summary>The withdrawals that are open, in memory and, a moment later, in a file. Thread-safe; nobody waits for the file.</summary>
internal sealed class OpenWithdrawals(WithdrawalFile file, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Withdrawal> _added = [], _ended = [];
    private Task _saving = Task.CompletedTask;
    private bool _isSaving;

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
            _ended.Remove(withdrawal);
            _added.Add(withdrawal);
            Save();
        }
    }

    public void Remove(Withdrawal withdrawal)
    {
        lock (_lock)
        {
            _added.Remove(withdrawal);
            _ended.Add(withdrawal);
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
        if (_isSaving)
            return;
        _isSaving = true;
        _saving = Task.Run(WriteAsync);
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            Withdrawal[] added, ended;
            lock (_lock)
            {
                (added, ended) = ([.. _added], [.. _ended]);
                _added.Clear();
                _ended.Clear();
                _isSaving = added.Length + ended.Length > 0;
                if (!_isSaving)
                    return;
            }

            try
            {
                await file.ChangeAsync(added, ended);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                S3Log.WithdrawalsNotKept(logger, Path, e.Message);
                lock (_lock)
                {
                    // with the next change, unless that says otherwise
                    _added.UnionWith(added.Except(_ended));
                    _ended.UnionWith(ended.Except(_added));
                    _isSaving = false;
                }

                return;
            }
        }
    }
}
