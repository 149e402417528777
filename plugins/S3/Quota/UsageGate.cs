using MailStore.S3.Keys;
using MailStore.S3.Reading;

namespace MailStore.S3.Quota;

/// <summary>
/// What this host knows of how much a mailbox holds: a listing, and what this host has stored or is storing since. A mail is counted before it is
/// stored, so that many at once do not exceed the limit together. Thread-safe; shared by all objects of one mailbox.
/// </summary>
#pragma warning disable CA1001 // a semaphore whose wait handle nobody asks for holds nothing; nobody knows when the last mailbox is gone
internal sealed class UsageGate(TimeProvider clock)
#pragma warning restore CA1001
{
    // before a mail is refused: readers remove mails, and nobody tells this host
    private static readonly TimeSpan FreshEnough = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _counting = new(1);

    // known by their keys, since a listing that runs meanwhile may or may not see them
    private readonly Dictionary<string, (long Size, bool IsStored)> _own = new(StringComparer.Ordinal);
    private Usage? _listed;
    private long _listedAt;
    private bool _isCounting;

    /// <summary>Takes room for a mail.</summary>
    /// <returns>Null if there is some; else how much the mailbox holds.</returns>
    public async Task<Usage?> ReserveAsync(MailLister lister, QuotaLimit limit, TimeSpan refresh, string key, long size, CancellationToken cancellationToken)
    {
        await CountAsync(lister, refresh, cancellationToken);
        if (TryReserve(limit, key, size) is null)
            return null;
        await CountAsync(lister, refresh < FreshEnough ? refresh : FreshEnough, cancellationToken);
        return TryReserve(limit, key, size);
    }

    /// <summary>Takes room for a mail, whether there is some or not.</summary>
    public void Enter(string key, long size)
    {
        lock (_lock)
            _own[key] = (size, false);
    }

    /// <summary>A mail was removed. One that a listing under way has still seen counts until the next.</summary>
    public void Remove(long size)
    {
        lock (_lock)
            _listed = _listed?.Without(size);
    }

    /// <summary>The mail is stored.</summary>
    public void Commit(string key)
    {
        lock (_lock)
        {
            if (!_own.Remove(key, out var mail))
                return;
            if (_isCounting)
                _own[key] = (mail.Size, true);
            else
                _listed = _listed?.With(mail.Size);
        }
    }

    /// <summary>It is not, and never will be. Does nothing after <see cref="Commit"/>.</summary>
    public void Abandon(string key)
    {
        lock (_lock)
        {
            if (_own.TryGetValue(key, out var mail) && !mail.IsStored)
                _own.Remove(key);
        }
    }

    private Usage? TryReserve(QuotaLimit limit, string key, long size)
    {
        lock (_lock)
        {
            var usage = _own.Values.Aggregate(_listed ?? default, static (sum, mail) => sum.With(mail.Size));
            if (!limit.Allows(usage.With(size)))
                return usage;
            _own[key] = (size, false);
            return null;
        }
    }

    private async Task CountAsync(MailLister lister, TimeSpan maxAge, CancellationToken cancellationToken)
    {
        if (IsFresh(maxAge))
            return;
        await _counting.WaitAsync(cancellationToken);
        try
        {
            if (IsFresh(maxAge))
                return;
            var start = clock.GetTimestamp();
            lock (_lock)
                _isCounting = true;
            var usage = default(Usage);
            await foreach (var mail in lister.ListAsync(cancellationToken))
            {
                lock (_lock)
                {
                    if (!_own.ContainsKey(mail.Key.ToString()))
                        usage = usage.With(mail.Key.Size);
                }
            }

            lock (_lock)
                (_listed, _listedAt) = (usage, start);
        }
        finally
        {
            EndCounting();
            _counting.Release();
        }
    }

    private void EndCounting()
    {
        lock (_lock)
        {
            _isCounting = false;
            foreach (var (key, mail) in _own.Where(entry => entry.Value.IsStored).ToList())
            {
                _own.Remove(key);
                _listed = _listed?.With(mail.Size);
            }
        }
    }

    private bool IsFresh(TimeSpan maxAge)
    {
        lock (_lock)
            return _listed is not null && clock.GetElapsedTime(_listedAt) <= maxAge;
    }
}
