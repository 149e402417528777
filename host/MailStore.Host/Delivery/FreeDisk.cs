namespace MailStore.Host.Delivery;

/// <summary>The free space where mails are spooled, looked at once a second at most. Thread-safe.</summary>
internal sealed class FreeDisk(string directory, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _bytes;
    private long _lookedAt;

    public long Bytes()
    {
        var now = clock.GetTimestamp();
        var lookedAt = Volatile.Read(ref _lookedAt);
        if (lookedAt == 0 || clock.GetElapsedTime(lookedAt, now) >= Pause)
        {
            Volatile.Write(ref _bytes, Look());
            Volatile.Write(ref _lookedAt, now);
        }

        return Volatile.Read(ref _bytes);
    }

    /// <summary>What cannot be told is no reason to refuse a mail: if it cannot be written, that is said then.</summary>
    private long Look()
    {
        try
        {
            // the folder comes to be with the first mail that needs it
            var folder = directory;
            while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
                folder = parent;
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }
}
