using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>
/// Remembers for a while what was stored, so that a mail whose reply was lost is not stored twice when the MTA sends it again. Thread-safe.
/// </summary>
/// <remarks>
/// Each host's own. Noted in a file after the mail was stored and before the MTA is told, without a sync: a killed server remembers, one whose power was cut may
/// forget; it never remembers what is not there. Where the file cannot be written the memory goes on without it.
/// </remarks>
internal sealed class RepeatMemory : IDisposable
{
    private const int Shards = 16;

    private readonly RepeatShard[] _shards = new RepeatShard[Shards];
    private readonly RepeatFiles _files;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;

    /// <param name="directory">Where the files lie; the data directory.</param>
    /// <param name="window">How long a mail is remembered.</param>
    /// <param name="limit">How many mails at most, up to a sixteenth more or less. The oldest are forgotten first.</param>
    /// <param name="patience">How long the end of a delivery of the same mail is waited for.</param>
    public RepeatMemory(string directory, TimeSpan window, int limit, TimeSpan patience, ILogger logger, TimeProvider clock)
    {
        _patience = patience;
        _clock = clock;
        for (var i = 0; i < Shards; i++)
            _shards[i] = new RepeatShard(Math.Max(limit / Shards, 1), (uint)window.TotalSeconds);
        _files = new RepeatFiles(directory, window, limit, logger, clock);
        var now = Now;
        foreach (var (key, at) in _files.Read())
            ShardOf(key).Remember(key, at, now);
    }

    private uint Now => (uint)_clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Begins a delivery. While one of the same mail is under way, waits for its end.</summary>
    /// <returns>True: it was stored before. False: it is to be stored now, and <see cref="End"/> to be called then, whatever comes of it.</returns>
    /// <exception cref="TemporaryFailureException">It is still under way: in a call of a module, most likely, that hangs and was given up.</exception>
    public async ValueTask<bool> WasStoredAsync(RepeatKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (ShardOf(key).Begin(key, Now, out var other))
            {
                case RepeatState.Stored:
                    return true;
                case RepeatState.New:
                    return false;
                default:
                    await WaitAsync(other!, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Ends a delivery that <see cref="WasStoredAsync"/> began.</summary>
    public void End(RepeatKey key, bool stored)
    {
        var now = Now;
        // before the MTA is told, and before a repeat that waits goes on
        if (stored)
            _files.Append(key, now);
        ShardOf(key).End(key, stored, now);
    }

    public void Dispose() => _files.Dispose();

    private async Task WaitAsync(Task other, CancellationToken cancellationToken)
    {
        try
        {
            await other.WaitAsync(_patience, _clock, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new TemporaryFailureException("an earlier try of this mail is not over: nobody knows yet whether it will be stored", e);
        }
    }

    private RepeatShard ShardOf(RepeatKey key) => _shards[(int)((uint)key.Low % Shards)];
}
