using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MailStore.Host.Systemd;

/// <summary>Tells the service manager how the server is: sd_notify(3), for <c>Type=notify-reload</c> and <c>WatchdogSec=</c>. Does nothing where there is none. Thread-safe.</summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket? _socket;
    private readonly TimeSpan _watchdog;
    private readonly CancellationTokenSource _end = new();

    private ServiceManager(Socket? socket, TimeSpan watchdog) => (_socket, _watchdog) = (socket, watchdog);

    /// <param name="environment">The environment's variables.</param>
    public static ServiceManager Connect(Func<string, string?> environment)
    {
        if (environment("NOTIFY_SOCKET") is not [('/' or '@'), _, ..] path)
            return new ServiceManager(null, TimeSpan.Zero);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            return new ServiceManager(socket, WatchdogOf(environment));
        }
        catch (SocketException)
        {
            // as if there were none: that it cannot be told must not keep the server from serving
            socket.Dispose();
            return new ServiceManager(null, TimeSpan.Zero);
        }
    }

    /// <summary>The server serves. From here on the watchdog is fed.</summary>
    public void Ready(string status)
    {
        Tell($"READY=1\nSTATUS={status}");
        if (_watchdog > TimeSpan.Zero)
            _ = FeedWatchdogAsync();
    }

    /// <summary>The configuration is read anew; to be followed by <see cref="Reloaded"/>.</summary>
    public void Reloading() =>
        Tell(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    public void Reloaded(string status) => Tell($"READY=1\nSTATUS={status}");

    public void Stopping() => Tell("STOPPING=1\nSTATUS=finishing the mails under way");

    public void Dispose()
    {
        _end.Cancel();
        _socket?.Dispose();
        _end.Dispose();
    }

    /// <summary>By a thread of the pool that delivers, at half of the time that is allowed: a server whose pool is stuck is restarted.</summary>
    private async Task FeedWatchdogAsync()
    {
        using var timer = new PeriodicTimer(_watchdog / 2);
        try
        {
            do
                Tell("WATCHDOG=1");
            while (await timer.WaitForNextTickAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
            // the server ends
        }
    }

    private void Tell(string state)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the manager is gone, or this server is about to be
        }
    }

    private static TimeSpan WatchdogOf(Func<string, string?> environment)
    {
        var isMeant = environment("WATCHDOG_PID") is not { Length: > 0 } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return isMeant && long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds is > 1000 and < 1L << 50
            ? TimeSpan.FromMicroseconds(microseconds)
            : TimeSpan.Zero;
    }
}
