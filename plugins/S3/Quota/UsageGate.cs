using MailStore.S3.Client;
using MailStore.S3.Reading;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Quota;

/// <summary>
/// What this host knows of how much a mailbox holds: a listing, and what this host has stored or is storing since. A mail is counted before it is
/// stored, so that many at once do not exceed the limit together. A listing is nobody's: it goes on when the delivery that began it waits no longer, or
/// a mailbox too large for the time of a delivery would be counted for ever. Thread-safe; shared by all objects of one mailbox.
/// </summary>
/// <param name="clock">For ages and waits.</param>
/// <param name="logger">For listings that came to nothing.</param>
/// <param name="stopping">Ends a listing.</param>
internal sealed class UsageGate(TimeProvider clock, ILogger logger, CancellationToken stopping)
{
    // before a mail is refused: readers remove mails, and nobody tells this host
    private static readonly TimeSpan FreshEnough = TimeSpan.FromSeconds(10);

    // what a refusal may rest on where counting takes longer than a delivery can wait: till the MTA's next try at least
    private static readonly TimeSpan MostForRefusal = TimeSpan.FromMinutes(15);

    // where nothing can be said without a listing; the mail still has to be stored within the time of the call
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(10);

    // where the last one serves; some ten thousand objects are listed meanwhile
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();

    // known by their keys, since a listing that runs meanwhile may or may not see them
    private readonly Dictionary<string, (long Size, bool IsStored)> _own = new(StringComparer.Ordinal);
    private Usage? _listed;
    private long _listedAt;
    private Task<CallException?> _counting = Task.FromResult<CallException?>(null);
    private bool _isCounting;

    // since the end of the last listing; null where there was none
    private TimeSpan? Age
    {
        get
        {
            lock (_lock)
                return _listed is null ? null : clock.GetElapsedTime(_listedAt);
        }
    }

    /// <summary>Takes room for a mail.</summary>
    /// <returns>Null if there is some; else what the delivery comes to.</returns>
    public async Task<DeliveryResult?> ReserveAsync(MailLister lister, QuotaLimit limit, TimeSpan refresh, string key, long size, CancellationToken cancellationToken)
    {
        await CountAsync(lister, refresh, Age is null ? LongWait : ShortWait, cancellationToken);
        if (Age is null)
            return DeliveryResult.TemporaryFailure($"the mailbox is counted for its quota for the first time since the start, which takes longer than {LongWait.TotalSeconds:0} s; mail for it waits until that is done");
        if (TryReserve(limit, key, size) is null)
            return null;
        await CountAsync(lister, refresh < FreshEnough ? refresh : FreshEnough, LongWait, cancellationToken);
        var age = Age;
        return TryReserve(limit, key, size) switch
        {
            null => null,
            { } usage when age <= MostForRefusal => DeliveryResult.OverQuota(limit.Describe(usage, size)),
            { } usage => DeliveryResult.TemporaryFailure($"{limit.Describe(usage, size)}, as it was counted a while ago; it is being counted anew"),
        };
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

    /// <summary>Sees to it that the mailbox is counted if that was done too long ago, and waits a while for it.</summary>
    /// <exception cref="CallException">It was never counted, and cannot be now.</exception>
    private async Task CountAsync(MailLister lister, TimeSpan maxAge, TimeSpan wait, CancellationToken cancellationToken)
    {
        Task<CallException?> counting;
        lock (_lock)
        {
            if (Age <= maxAge)
                return;
            if (!_isCounting)
            {
                _isCounting = true;
                _counting = Task.Run(() => CountAsync(lister), CancellationToken.None);
            }

            counting = _counting;
        }

        try
        {
            if (await counting.WaitAsync(wait, clock, cancellationToken) is { } fault && Age is null)
                throw fault;
        }
        catch (TimeoutException)
        {
            // it goes on
        }
    }

    private async Task<CallException?> CountAsync(MailLister lister)
    {
        Usage? listed = null;
        try
        {
            var usage = default(Usage);
            await foreach (var mail in lister.ListAsync(stopping))
            {
                lock (_lock)
                {
                    if (!_own.ContainsKey(mail.Key.ToString()))
                        usage = usage.With(mail.Key.Size);
                }
            }

            listed = usage;
            return null;
        }
        catch (CallException e)
        {
            S3Log.NotCounted(logger, e.Message);
            return e;
        }
        finally
        {
            EndCounting(listed);
        }
    }

    private void EndCounting(Usage? listed)
    {
        lock (_lock)
        {
            _isCounting = false;
            if (listed is not null)
                (_listed, _listedAt) = (listed, clock.GetTimestamp());
            foreach (var (key, mail) in _own.Where(entry => entry.Value.IsStored).ToList())
            {
                _own.Remove(key);
                _listed = _listed?.With(mail.Size);
            }
        }
    }
}
