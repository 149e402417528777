using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MailStore.Benchmarks.Sessions;

/// <summary>Clients who hold connections: 2,000 say nothing, 200 say a byte a second, 100 send a line that has no end.</summary>
internal sealed class BadClients : IAsyncDisposable
{
    public const int Idle = 2000;
    public const int Slow = 200;
    public const int Endless = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Said by the slow ones, over and over.</summary>
    private static readonly byte[] SlowWords = "LHLO slow.example\r\nMAIL FROM:<>\r\nRCPT TO:<good0@example.org>\r\nRSET\r\n"u8.ToArray();

    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _end = new();
    private EndlessLines? _endless;
    private Task _slow = Task.CompletedTask;

    private BadClients()
    {
    }

    /// <summary>How much the endless lines have come to, in bytes.</summary>
    public long EndlessBytes => _endless!.Bytes;

    /// <summary>How often the server has put an end to one.</summary>
    public int EndlessCut => _endless!.Cut;

    /// <summary>How many of the idle ones the server has closed.</summary>
    public int IdleClosed => _sockets.Take(Idle).Count(socket => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);

    /// <param name="server">Where it listens.</param>
    /// <param name="largestMail">Up to this many bytes a mail that never ends is one like any other: that is waited for.</param>
    public static async Task<BadClients> StartAsync(EndPoint server, long largestMail)
    {
        var clients = new BadClients();
        try
        {
            for (var i = 0; i < Idle + Slow; i++)
            {
                var socket = await ConnectAsync(server);
                clients._sockets.Add(socket);
                // its greeting, and half of the idle ones have begun a session; nothing more is ever read here
                await ReadAsync(socket);
                if (i % 2 == 0 && i < Idle)
                {
                    await socket.SendAsync("LHLO idle.example\r\n"u8.ToArray());
                    await ReadAsync(socket);
                }
            }

            clients._slow = clients.DripAsync();
            clients._endless = new EndlessLines(server, Endless);
            for (var patience = Stopwatch.StartNew(); !clients._endless.AreMailsBeyond(largestMail) && patience.Elapsed < Patience;)
                await Task.Delay(100);
            return clients;
        }
        catch
        {
            await clients.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _endless?.Dispose();
        await _slow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var socket in _sockets)
            socket.Dispose();
        _end.Dispose();
    }

    private static async Task<Socket> ConnectAsync(EndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task ReadAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        if (await socket.ReceiveAsync(new byte[1024], patience.Token) == 0)
            throw new InvalidOperationException("the server closes connections of clients who wait");
    }

    private async Task DripAsync()
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var i = 0; await second.WaitForNextTickAsync(_end.Token); i++)
        {
            foreach (var socket in _sockets.Skip(Idle))
            {
                try
                {
                    await socket.SendAsync(SlowWords.AsMemory(i % SlowWords.Length, 1), _end.Token);
                }
                catch (SocketException)
                {
                    // the server has had enough of it, as it may
                }
            }
        }
    }
}
