namespace MailStore.S3.Keys;

/// <summary>Numbers that only grow, from process to process too: the time, or one more than the last. By them imported mails of one arrival keep their order.</summary>
internal static class ImportOrder
{
    private static long _last;

    public static long Next(DateTimeOffset now)
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(last + 1, now.UtcTicks / TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return next;
        }
    }
}
