namespace MailStore.S3.Client;

/// <summary>When a call with all its requests is to be over.</summary>
internal sealed class Deadline(TimeSpan time, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();

    /// <summary>Never below zero.</summary>
    public TimeSpan Left => time - clock.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>A token that is cancelled when it is over.</summary>
    public CancellationTokenSource ToSource() => new(Left, clock);
}
