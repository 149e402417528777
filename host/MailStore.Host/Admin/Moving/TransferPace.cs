namespace MailStore.Host.Admin.Moving;

/// <summary>Keeps a transfer to so many bytes a second.</summary>
/// <param name="rate">Null for no limit.</param>
internal sealed class TransferPace(long? rate, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private long _bytes;

    /// <summary>Waits after so many more bytes.</summary>
    public async Task KeepAsync(long bytes, CancellationToken cancellationToken)
    {
        _bytes += bytes;
        if (rate is not { } limit)
            return;
        var due = TimeSpan.FromSeconds((double)_bytes / limit) - clock.GetElapsedTime(_started);
        if (due > TimeSpan.Zero)
            await Task.Delay(due, clock, cancellationToken);
    }
}
