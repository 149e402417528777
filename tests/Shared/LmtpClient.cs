using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailStore.Tests;

/// <summary>A simple client of RFC 2033 for tests: it waits for each reply, and reads one for each recipient. Not thread-safe.</summary>
internal sealed class LmtpClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    private LmtpClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>How long a reply is waited for.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Connects without reading the greeting.</summary>
    public static async Task<LmtpClient> ConnectRawAsync(EndPoint server, CancellationToken cancellationToken = default)
    {
        var isUnix = server is UnixDomainSocketEndPoint;
        var socket = new Socket(server.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (!isUnix)
                socket.NoDelay = true;
            await socket.ConnectAsync(server, cancellationToken);
            return new LmtpClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects, reads the greeting and says LHLO.</summary>
    public static async Task<LmtpClient> ConnectAsync(EndPoint server, CancellationToken cancellationToken = default)
    {
        var client = await ConnectRawAsync(server, cancellationToken);
        try
        {
            await client.ExpectAsync(220, cancellationToken);
            await client.SendAsync("LHLO client.example\r\n", cancellationToken);
            await client.ExpectAsync(250, cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one mail.</summary>
    /// <param name="sender">Without angle brackets.</param>
    /// <param name="recipients">Without angle brackets.</param>
    /// <param name="mail">With LF or CR LF; sent with CR LF and stuffed dots. A missing last line end is added.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One reply for each recipient, in their order: that to RCPT where it was refused, else that after the data.</returns>
    public async Task<IReadOnlyList<LmtpReply>> SendMailAsync(
        string sender, IReadOnlyList<string> recipients, ReadOnlyMemory<byte> mail, CancellationToken cancellationToken = default)
    {
        var replies = new LmtpReply[recipients.Count];
        var from = await CommandAsync($"MAIL FROM:<{sender}>{(sender.Any(c => c > '~') ? " SMTPUTF8" : "")}", cancellationToken);
        if (!from.IsPositive)
            return [.. replies.Select(_ => from)];
        for (var i = 0; i < replies.Length; i++)
            replies[i] = await CommandAsync($"RCPT TO:<{recipients[i]}>", cancellationToken);
        if (!replies.Any(reply => reply.IsPositive))
        {
            await CommandAsync("RSET", cancellationToken);
            return replies;
        }

        var data = await CommandAsync("DATA", cancellationToken);
        if (data.Code != 354)
            return [.. replies.Select(reply => reply.IsPositive ? data : reply)];
        await SendAsync(Encode(mail.Span), cancellationToken);
        for (var i = 0; i < replies.Length; i++)
        {
            if (replies[i].IsPositive)
                replies[i] = await ReadReplyAsync(cancellationToken);
        }

        return replies;
    }

    /// <summary>Sends one line and reads its reply.</summary>
    public async Task<LmtpReply> CommandAsync(string line, CancellationToken cancellationToken = default)
    {
        await SendAsync(line + "\r\n", cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    /// <summary>Sends text as UTF-8, just as it is.</summary>
    public Task SendAsync(string text, CancellationToken cancellationToken = default) => SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Sends bytes just as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        await _stream.WriteAsync(bytes, cancellationToken);

    /// <summary>Says that nothing more will be sent; replies can still be read.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads one reply, with all its lines.</summary>
    /// <exception cref="EndOfStreamException">The server has closed the connection.</exception>
    public async Task<LmtpReply> ReadReplyAsync(CancellationToken cancellationToken = default)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException("the server has closed the connection");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length < 4 || line[3] != '-')
                return new LmtpReply(int.Parse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), lines);
        }
    }

    /// <summary>Reads one line without its CR LF; null when the server has closed the connection.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = await _stream.ReadAsync(_buffer, timeout.Token);
                if (_end == 0)
                    return line.Count == 0 ? null : throw new EndOfStreamException("the server has closed the connection in the middle of a line");
            }

            line.Add(_buffer[_start++]);
            if (line is [.., (byte)'\r', (byte)'\n'])
                return Encoding.UTF8.GetString([.. line[..^2]]);
        }
    }

    /// <summary>A mail as it goes over the wire, with its end: RFC 5321, 4.5.2.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> mail)
    {
        var wire = new MemoryStream(mail.Length + (mail.Length / 16) + 16);
        foreach (var range in mail.Split((byte)'\n'))
        {
            var line = mail[range];
            if (line.IsEmpty && range.End.Value == mail.Length)
                break;
            if (line.StartsWith("."u8))
                wire.WriteByte((byte)'.');
            wire.Write(line.EndsWith("\r"u8) ? line[..^1] : line);
            wire.Write("\r\n"u8);
        }

        wire.Write(".\r\n"u8);
        return wire.ToArray();
    }

    /// <summary>Breaks the connection off, so that the server's end is reset.</summary>
    public void Reset() => _socket.Close(0);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task ExpectAsync(int code, CancellationToken cancellationToken)
    {
        var reply = await ReadReplyAsync(cancellationToken);
        if (reply.Code != code)
            throw new InvalidOperationException($"expected {code}, got: {reply}");
    }
}
