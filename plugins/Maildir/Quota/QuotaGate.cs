using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Quota;

/// <summary>
/// Lets a mail into one mailbox only if there is room for it and for all that are under way to the same mailbox in this process: side by side
/// they never overrun the quota. Hosts do not know of each other's mails under way: there it is overrun by these at most.
/// </summary>
/// <remarks>
/// A mail is reserved before it is written, and counted in <c>maildirsize</c> once it is stored. A new count in between leaves out the mails under way,
/// whether it saw them or not, as they are still to be added: nothing is counted twice.
/// </remarks>
internal sealed class QuotaGate
{
    private static readonly TimeSpan TrustedOverQuota = TimeSpan.FromMinutes(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _underWay = new(StringComparer.Ordinal);

    /// <summary>Reserves room for a mail.</summary>
    /// <param name="mailbox">The mailbox and its limit.</param>
    /// <param name="name">The mail's unique name.</param>
    /// <param name="size">Its size.</param>
    /// <returns>Null if it may be stored; else how much the mailbox holds.</returns>
    public Usage? Reserve(QuotaMailbox mailbox, string name, long size)
    {
        lock (_lock)
        {
            var usage = Measure(mailbox, new Usage(size, 1));
            if (!mailbox.Limit.Allows(usage + new Usage(size, 1)))
                return usage;
            _underWay.Add(name, size);
            return null;
        }
    }

    /// <summary>The mail is stored: counts it.</summary>
    public void Commit(QuotaMailbox mailbox, string name)
    {
        lock (_lock)
        {
            if (_underWay.Remove(name, out var size))
                MaildirSize.Append(mailbox.Home, new Usage(size, 1));
        }
    }

    /// <summary>Lets a mail in whether there is room or not.</summary>
    public void Enter(string name, long size)
    {
        lock (_lock)
            _underWay.Add(name, size);
    }

    /// <summary>These mails are stored: counts them by one line.</summary>
    public void Commit(QuotaMailbox mailbox, IEnumerable<string> names)
    {
        lock (_lock)
        {
            var sum = default(Usage);
            foreach (var name in names)
            {
                if (_underWay.Remove(name, out var size))
                    sum += new Usage(size, 1);
            }

            if (sum.Count > 0)
                MaildirSize.Append(mailbox.Home, sum);
        }
    }

    /// <summary>Removes a mail and counts it no more; no count of this process comes in between.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(QuotaMailbox mailbox, long size, Func<bool> remove)
    {
        lock (_lock)
        {
            if (!remove())
                return false;
            MaildirSize.Append(mailbox.Home, new Usage(-size, -1));
            return true;
        }
    }

    /// <summary>The mail is not stored; after <see cref="Commit"/> it does nothing.</summary>
    public void Abandon(string name)
    {
        lock (_lock)
            _underWay.Remove(name);
    }

    /// <summary>How much the mailbox holds now.</summary>
    public Usage Measure(QuotaMailbox mailbox)
    {
        lock (_lock)
            return Measure(mailbox, default);
    }

    /// <summary>
    /// Compares the count in <c>maildirsize</c> with the mails that are there, for those who count by it.
    /// </summary>
    /// <returns>Both where they differ; null where all is right, or where it will be counted anew by itself.</returns>
    public (Usage Told, Usage Counted)? FindDifference(QuotaMailbox mailbox)
    {
        lock (_lock)
        {
            if (MaildirSize.Read(mailbox.Home) is not { } known || known.Limit != mailbox.Limit)
                return null;
            var counted = UsageScan.Count(mailbox.Home, _underWay.ContainsKey);
            // others count, too: Dovecot, hosts of the cluster
            return counted == known.Sum || MaildirSize.Read(mailbox.Home)?.Sum != known.Sum ? null : (known.Sum, counted);
        }
    }

    /// <summary>Counts anew.</summary>
    public void Recount(QuotaMailbox mailbox)
    {
        lock (_lock)
            MaildirSize.Write(mailbox.Home, mailbox.Limit, UsageScan.Count(mailbox.Home, _underWay.ContainsKey), mailbox.Ids);
    }

    private Usage Measure(QuotaMailbox mailbox, Usage wanted)
    {
        var underWay = new Usage(_underWay.Values.Sum(), _underWay.Count);
        if (MaildirSize.Read(mailbox.Home) is { } known && known.Limit == mailbox.Limit)
        {
            var usage = known.Sum + underWay;
            // a file from the future (the clock was wrong then) would be trusted until that comes
            if (mailbox.Limit.Allows(usage + wanted) || (mailbox.Now - known.Modified).Duration() < TrustedOverQuota)
                return usage;
        }

        var counted = UsageScan.Count(mailbox.Home, _underWay.ContainsKey);
        MaildirSize.Write(mailbox.Home, mailbox.Limit, counted, mailbox.Ids);
        return counted + underWay;
    }
}
