using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>A client that begins without TLS and goes over to it.</summary>
internal sealed class TlsClient : IAsyncDisposable
{
    private readonly Stream _plain;
    private SslStream? _tls;

    private TlsClient(Stream plain) => _plain = plain;

    /// <summary>The name in the certificate that the server showed.</summary>
    public string? Subject => _tls?.RemoteCertificate is { } certificate ? new X509Certificate2(certificate).Subject : null;

    private Stream Stream => (Stream?)_tls ?? _plain;

    /// <summary>Connects and reads the greeting.</summary>
    public static async Task<TlsClient> ConnectAsync(EndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, server is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(server);
        var client = new TlsClient(new NetworkStream(socket, ownsSocket: true));
        Assert.StartsWith("220 ", await client.ReadLineAsync(), StringComparison.Ordinal);
        return client;
    }

    public async Task SendAsync(string text) => await Stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a line and reads the last line of the reply.</summary>
    public async Task<string?> CommandAsync(string line) => await RepliesAsync(line) is [.., var last] ? last : null;

    /// <summary>Sends a line and reads all lines of the reply.</summary>
    public async Task<IReadOnlyList<string>> RepliesAsync(string line)
    {
        await SendAsync(line + "\r\n");
        var lines = new List<string>();
        while (await ReadLineAsync() is { } reply)
        {
            lines.Add(reply);
            if (reply[3] == ' ')
                break;
        }

        return lines;
    }

    /// <summary>Null at the end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var line = new List<byte>();
        var one = new byte[1];
        while (await Stream.ReadAsync(one, patience.Token) == 1)
        {
            line.Add(one[0]);
            if (line is [.., (byte)'\r', (byte)'\n'])
                return Encoding.UTF8.GetString([.. line[..^2]]);
        }

        return line.Count == 0 ? null : throw new EndOfStreamException("in the middle of a line");
    }

    public async Task StartTlsAsync()
    {
        Assert.Equal("220 2.0.0 ready for TLS", await CommandAsync("STARTTLS"));
        await SecureAsync();
    }

    public async Task SecureAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var tls = new SslStream(_plain);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "first", RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null }, patience.Token);
        _tls = tls;
    }

    public async ValueTask DisposeAsync()
    {
        if (_tls is not null)
            await _tls.DisposeAsync();
        await _plain.DisposeAsync();
    }
}
