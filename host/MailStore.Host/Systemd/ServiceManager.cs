using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MailStore.Host.Systemd;

/// <summary>Tells the service manager how the server is: sd_notify(3), for <c>Type=notify-reload</c> and <c>WatchdogSec=</c>. Does nothing where there is none. Thread-safe.</summary>
internal sealed class ServiceManager : IDisposable
{
    private static readonly TimeSpan StepOfStart = TimeSpan.FromSeconds(30);

    private readonly Socket? _socket;
    private readonly TimeSpan _watchdog;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _ready = new();

    private ServiceManager(Socket? socket, TimeSpan watchdog, TimeProvider clock) => (_socket, _watchdog, _clock) = (socket, watchdog, clock);

    /// <param name="environment">The environment's variables.</param>
    public static ServiceManager Connect(Func<string, string?> environment, TimeProvider clock)
    {
        if (environment("NOTIFY_SOCKET") is not [('/' or '@'), _, ..] path)
            return new ServiceManager(null, TimeSpan.Zero, clock);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            return new ServiceManager(socket, WatchdogOf(environment), clock);
        }
        catch (SocketException)
        {
            // as if there were none: that it cannot be told must not keep the server from serving
            socket.Dispose();
            return new ServiceManager(null, TimeSpan.Zero, clock);
        }
    }

    /// <summary>
    /// The server starts, and says every half minute that it is still at it: what takes its time after a crash, as the replay of a journal, is no hang. How long it may take at most, the
    /// limits for the modules' own starts say. To be followed by <see cref="Ready"/>.
    /// </summary>
    public void Starting()
    {
        if (_socket is not null)
            _ = ExtendStartAsync();
    }

    /// <summary>The server serves. From here on the watchdog is fed.</summary>
    public void Ready(string status)
    {
        _ready.Cancel();
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
        _ready.Cancel();
        _socket?.Dispose();
        _end.Dispose();
        _ready.Dispose();
    }

    private async Task ExtendStartAsync()
    {
        using var timer = new PeriodicTimer(StepOfStart, _clock);
        try
        {
            // from each of these on, so long at most until the next
            while (await timer.WaitForNextTickAsync(_ready.Token))
                Tell("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=starting, modules are at work");
        }
        catch (OperationCanceledException)
        {
            // it is ready, or it ends
        }
    }

    /// <summary>By a thread of the pool that delivers, at half of the time that is allowed: a server whose pool is stuck is restarted.</summary>
    private async Task FeedWatchdogAsync()
    {
        using var timer = new PeriodicTimer(_watchdog / 2, _clock);
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
