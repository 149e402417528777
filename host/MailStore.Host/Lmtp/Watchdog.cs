using System.Collections.Concurrent;

namespace MailStore.Host.Lmtp;

/// <summary>Looks after the deadlines of all channels, once a second: a timer for each wait would cost more than the wait.</summary>
/// <remarks>Kestrel's own heartbeat ends when a shutdown begins, which is when deadlines matter most.</remarks>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<LmtpChannel, bool> _channels = [];
    private readonly ITimer _timer;

    public Watchdog(TimeProvider clock) =>
        _timer = clock.CreateTimer(static watchdog => ((Watchdog)watchdog!).CheckDeadlines(), this, Period, Period);

    public int Channels => _channels.Count;

    public void Add(LmtpChannel channel) => _channels[channel] = true;

    public void Remove(LmtpChannel channel) => _channels.TryRemove(channel, out _);

    public void Dispose() => _timer.Dispose();

    private void CheckDeadlines()
    {
        foreach (var (channel, _) in _channels)
            channel.CheckDeadlines();
    }
}
