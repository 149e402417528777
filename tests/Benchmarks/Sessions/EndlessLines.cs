using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MailStore.Benchmarks.Sessions;

/// <summary>
/// Connections that send a line without an end as fast as the server takes it, half of them as a command and half as the data of a mail; again where
/// the server closes one. On one thread of the lowest priority: such clients run on machines of their own, and should cost this one little.
/// </summary>
internal sealed partial class EndlessLines : IDisposable
{
    private const int ThreadItself = 0;
    private const int Nicest = 19;

    private static readonly byte[] Beginning = "LHLO endless.example\r\nMAIL FROM:<>\r\nRCPT TO:<sink@example.org>\r\nDATA\r\n"u8.ToArray();
    private static readonly TimeSpan BeforeNextTry = TimeSpan.FromMilliseconds(100);

    private readonly EndPoint _server;
    private readonly Line[] _lines;
    private readonly Thread _thread;
    private volatile bool _isOver;
    private long _bytes;
    private int _cut;

    public EndlessLines(EndPoint server, int count)
    {
        _server = server;
        _lines = [.. Enumerable.Range(0, count).Select(i => new Line { IsData = i % 2 == 0 })];
        _thread = new Thread(Run) { Name = "endless lines", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Who gets the mails that never end.</summary>
    public static string Recipient => "sink@example.org";

    public long Bytes => Volatile.Read(ref _bytes);

    public int Cut => Volatile.Read(ref _cut);

    /// <summary>Whether each that pretends to be a mail is larger than this.</summary>
    public bool AreMailsBeyond(long size) => _lines.Where(line => line.IsData).All(line => Volatile.Read(ref line.Sent) > size);

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
        foreach (var line in _lines)
            line.Socket?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);

    private void Run()
    {
        // on Linux this is a matter of the thread, not of the process
        _ = SetPriority(0, ThreadItself, Nicest);
        var piece = new byte[64 * 1024];
        piece.AsSpan().Fill((byte)'x');
        while (!_isOver)
        {
            var sent = 0;
            foreach (var line in _lines)
                sent += Send(line, piece);
            Volatile.Write(ref _bytes, _bytes + sent);
            if (sent == 0)
                Thread.Sleep(1);
        }
    }

    private int Send(Line line, byte[] piece)
    {
        try
        {
            if (line.Socket is null)
            {
                if (line.Since != 0 && Stopwatch.GetElapsedTime(line.Since) < BeforeNextTry)
                    return 0;
                line.Socket = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                line.Socket.Connect(_server);
                line.Socket.Send(line.IsData ? Beginning : "NOOP "u8);
                line.Socket.Blocking = false;
            }

            // replies are thrown away, and an end is seen
            if (line.Socket.Available > 0)
                line.Socket.Receive(new byte[Math.Min(line.Socket.Available, 4096)]);
            var sent = line.Socket.Send(piece, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
                throw new SocketException((int)error);
            if (error == SocketError.WouldBlock)
                return 0;
            Volatile.Write(ref line.Sent, line.Sent + sent);
            return sent;
        }
        catch (SocketException)
        {
            line.Socket?.Dispose();
            line.Socket = null;
            line.Sent = 0;
            line.Since = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref _cut);
            return 0;
        }
    }

    private sealed class Line
    {
        public long Sent;

        public bool IsData { get; init; }

        public Socket? Socket { get; set; }

        public long Since { get; set; }
    }
}
