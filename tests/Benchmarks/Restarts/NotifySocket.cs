using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace MailStore.Benchmarks.Restarts;

/// <summary>The service manager's end of sd_notify(3): keeps what it is told, with the time.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<(string State, long At)> _heard = [];
    private TaskCompletionSource _news = NewSource();

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _ = ListenAsync();
    }

    public string Path { get; }

    /// <summary>What was said so far, a line each, as <c>READY=1</c>.</summary>
    public IReadOnlyList<string> Heard => Snapshot(0).Select(heard => heard.State).ToList();

    /// <summary>How much was said so far.</summary>
    public int Count
    {
        get
        {
            lock (_heard)
                return _heard.Count;
        }
    }

    /// <summary>Waits until it is said, not counting what was said before.</summary>
    /// <param name="state">A line.</param>
    /// <param name="from">A <see cref="Count"/> of before.</param>
    /// <returns>When that was: a timestamp of <see cref="Stopwatch"/>.</returns>
    public async Task<long> WaitAsync(string state, int from, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_heard)
                news = _news.Task;
            foreach (var heard in Snapshot(from))
            {
                if (heard.State == state)
                    return heard.At;
            }

            await news.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<(string State, long At)> Snapshot(int from)
    {
        lock (_heard)
            return _heard[from..];
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            int length;
            try
            {
                length = await _socket.ReceiveAsync(buffer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            var at = Stopwatch.GetTimestamp();
            lock (_heard)
            {
                _heard.AddRange(Encoding.UTF8.GetString(buffer, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (line, at)));
                _news.SetResult();
                _news = NewSource();
            }
        }
    }
}
