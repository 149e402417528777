using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailStore.Tests.Servers;

/// <summary>
/// A proxy on loopback that can hold what goes through it, in one direction or both, without closing anything: as a network that swallows packets. What is held can be let
/// go later, as late packets are.
/// </summary>
internal sealed class HoldingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Connection> _connections = [];
    private readonly int _target;
    private readonly Task _accepting;
    private bool _holdsNew;

    public HoldingProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>Holds what the clients that are connected now send from now on.</summary>
    public void HoldRequests() => ForAll(connection => connection.Requests.Hold());

    /// <summary>Holds what the server sends to the clients that are connected now.</summary>
    public void HoldReplies() => ForAll(connection => connection.Replies.Hold());

    /// <summary>Holds what the server sends to a client that is connected now, from a request on that holds this text.</summary>
    public void HoldRepliesTo(string text) => ForAll(connection => connection.Requests.OnPass = request =>
    {
        if (request.Span.IndexOf(Encoding.ASCII.GetBytes(text)) >= 0)
            connection.Replies.Hold();
    });

    /// <summary>Holds everything of who connects from now on.</summary>
    public void HoldNewConnections()
    {
        lock (_gate)
            _holdsNew = true;
    }

    /// <summary>Holds everything, new connections too.</summary>
    public void HoldAll()
    {
        HoldNewConnections();
        HoldRequests();
        HoldReplies();
    }

    /// <summary>Lets go of what was held.</summary>
    public void Release()
    {
        lock (_gate)
            _holdsNew = false;
        ForAll(connection =>
        {
            connection.Requests.Release();
            connection.Replies.Release();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        ForAll(connection => connection.Close());
        _stop.Dispose();
    }

    private void ForAll(Action<Connection> act)
    {
        Connection[] connections;
        lock (_gate)
            connections = [.. _connections];
        foreach (var connection in connections)
            act(connection);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                var connection = new Connection(client, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                lock (_gate)
                {
                    _connections.Add(connection);
                    if (_holdsNew)
                    {
                        connection.Requests.Hold();
                        connection.Replies.Hold();
                    }
                }

                _ = connection.RunAsync(_target);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private sealed class Connection(Socket client, Socket server)
    {
        public Direction Requests { get; } = new(client, server);

        public Direction Replies { get; } = new(server, client);

        public async Task RunAsync(int target)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target);
            }
            catch (SocketException)
            {
                Close();
                return;
            }

            await Task.WhenAll(Requests.PumpAsync(), Replies.PumpAsync());
            Close();
        }

        public void Close()
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private sealed class Direction(Socket from, Socket to)
    {
        private volatile TaskCompletionSource? _held;

        /// <summary>Sees what is on its way, before the other side does.</summary>
        public Action<ReadOnlyMemory<byte>>? OnPass { get; set; }

        public void Hold() => _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release()
        {
            var held = _held;
            _held = null;
            held?.TrySetResult();
        }

        public async Task PumpAsync()
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var count)
                {
                    if (_held is { } held)
                        await held.Task;
                    OnPass?.Invoke(buffer.AsMemory(0, count));
                    for (var at = 0; at < count;)
                        at += await to.SendAsync(buffer.AsMemory(at, count - at));
                }

                if (_held is { } heldEnd)
                    await heldEnd.Task;
                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // one side went: the other is told
                from.Dispose();
                to.Dispose();
            }
        }
    }
}
