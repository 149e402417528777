using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace MailStore.Dialogues;

/// <summary>A raw connection: sends bytes just as they are, reads replies and holds them against RFC 5321, 4.2.</summary>
internal sealed class Connection : IAsyncDisposable
{
    /// <summary>RFC 5321, 4.5.3.1.5, with the CR LF.</summary>
    private const int LongestReplyLine = 512;

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Stream _stream;
    private int _start;
    private int _end;

    private Connection(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<Connection> OpenAsync(EndPoint server, CancellationToken cancellationToken)
    {
        var socket = server is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return new Connection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends in one write. What cannot be sent any more shows in the replies.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException)
        {
            // the server has closed the connection: whether it may is decided by what was expected
        }
    }

    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // closed by the server already
        }
    }

    /// <exception cref="DialogueException">TLS does not come about.</exception>
    public async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        if (_start < _end)
            throw new DialogueException("the server said something between its 220 and TLS");
        // what the certificate says is another matter: here it is the dialogue that counts
#pragma warning disable CA5359
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, cancellationToken);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            throw new DialogueException($"TLS did not come about: {e.Message}");
        }

        _stream = tls;
    }

    /// <summary>Reads a reply; null when the server has closed the connection.</summary>
    /// <exception cref="DialogueException">What came is no reply.</exception>
    public async Task<Reply?> ReadReplyAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        string? code = null;
        while (true)
        {
            if (await ReadLineAsync(cancellationToken) is not { } line)
                return lines.Count == 0 ? null : throw new DialogueException($"closed in the middle of a reply, after '{lines[^1]}'");
            if (line.Length < 3 || line[..3].Any(c => !char.IsAsciiDigit(c)) || line[0] is < '2' or > '5' || (line.Length > 3 && line[3] is not (' ' or '-')))
                throw new DialogueException($"'{line}' is no line of a reply");
            if (code is not null && line[..3] != code)
                throw new DialogueException($"'{line}' has another code than the line before it");
            code = line[..3];
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
                return new Reply(code, lines);
        }
    }

    /// <summary>Reads whatever comes, up to the end of the connection.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        do
            (_start, _end) = (0, await FillAsync(cancellationToken));
        while (_end > 0);
    }

    /// <summary>Breaks the connection off, so that the server's end is reset.</summary>
    public void Reset() => _socket.Close(0);

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await FillAsync(cancellationToken));
                if (_end == 0)
                    return line.Count == 0 ? null : throw new DialogueException($"closed in the middle of '{Escapes.Show([.. line])}'");
            }

            var current = _buffer[_start++];
            line.Add(current);
            if (current != (byte)'\n')
                continue;
            if (line is not [.., (byte)'\r', _])
                throw new DialogueException($"'{Escapes.Show([.. line])}' does not end in CR LF");
            if (line.Count > LongestReplyLine)
                throw new DialogueException($"a reply line of {line.Count} octets: '{Escapes.Show([.. line])}'");
            line.RemoveRange(line.Count - 2, 2);
            if (line.Any(c => c is < 32 and not (byte)'\t' or >= 127))
                throw new DialogueException($"'{Escapes.Show([.. line])}' is not printable ASCII");
            return Encoding.ASCII.GetString([.. line]);
        }
    }

    private async Task<int> FillAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _stream.ReadAsync(_buffer, cancellationToken);
        }
        catch (IOException)
        {
            // a reset is an end, too: the server closed while bytes of the client were unread
            return 0;
        }
    }
}
