using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary>The client's side of LMTP (RFC 2033), for one mail.</summary>
internal sealed class LmtpHandover : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _replies;
    private readonly PipeWriter _commands;

    private LmtpHandover(NetworkStream stream)
    {
        _stream = stream;
        _replies = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        _commands = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Connects to a server of the configuration.</summary>
    /// <returns>Null where nobody listens.</returns>
    /// <exception cref="TemporaryFailureException">Somebody listens, but this user may not connect.</exception>
    public static async Task<LmtpHandover?> ConnectAsync(ListenAddress address, string dataDirectory, CancellationToken cancellationToken)
    {
        var isUnix = address.UnixPath is not null;
        var socket = new Socket(isUnix ? AddressFamily.Unix : AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (isUnix)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.GetFullPath(address.UnixPath!, dataDirectory)), cancellationToken);
            }
            else
            {
                socket.Dispose();
                socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(Reachable(address.Host!), address.Port, cancellationToken);
            }

            return new LmtpHandover(new NetworkStream(socket, ownsSocket: true));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode is SocketError.AccessDenied)
                throw new TemporaryFailureException($"{address}: {e.Message}; give this user access by [lmtp] socket_mode and socket_group");
            return null;
        }
    }

    /// <summary>Hands one mail over.</summary>
    /// <returns>One reply for each recipient, in order.</returns>
    public async Task<IReadOnlyList<Reply>> DeliverAsync(string sender, IReadOnlyList<string> recipients, Stream mail, CancellationToken cancellationToken)
    {
        try
        {
            await ReadReplyAsync(cancellationToken);
            await CommandAsync("LHLO localhost", cancellationToken);
            var from = await CommandAsync($"MAIL FROM:<{Clean(sender)}> SMTPUTF8", cancellationToken);
            if (!from.IsPositive)
                return [.. recipients.Select(_ => from)];

            var replies = new Reply[recipients.Count];
            for (var i = 0; i < recipients.Count; i++)
                replies[i] = await CommandAsync($"RCPT TO:<{Clean(recipients[i])}>", cancellationToken);
            // nobody wants it: it is not even read
            if (replies.Any(reply => reply.IsPositive) && await CommandAsync("DATA", cancellationToken) is var data)
            {
                if (data.Code == 354)
                    await PipedMail.CopyStuffedAsync(mail, _commands, cancellationToken);
                for (var i = 0; i < replies.Length; i++)
                {
                    if (replies[i].IsPositive)
                        replies[i] = data.Code == 354 ? await ReadReplyAsync(cancellationToken) : data;
                }
            }

            _commands.Write("QUIT\r\n"u8);
            await _commands.FlushAsync(cancellationToken);
            return replies;
        }
        catch (IOException e)
        {
            throw new TemporaryFailureException($"the server broke the connection off: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _replies.Dispose();
        await _stream.DisposeAsync();
    }

    private async Task<Reply> CommandAsync(string command, CancellationToken cancellationToken)
    {
        _commands.Write(Encoding.UTF8.GetBytes(command + "\r\n"));
        await _commands.FlushAsync(cancellationToken);
        return await ReadReplyAsync(cancellationToken);
    }

    private async Task<Reply> ReadReplyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await _replies.ReadLineAsync(cancellationToken) ?? throw new IOException("it closed before it answered");
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code))
                throw new IOException($"'{line}' is no reply");
            if (line.Length > 3 && line[3] == '-')
                continue;
            var words = line[Math.Min(4, line.Length)..].Split(' ', 2);
            return words is [[>= '2' and <= '5', '.', ..] enhanced, var text] ? new Reply(code, enhanced, text) : new Reply(code, $"{code / 100}.0.0", string.Join(' ', words));
        }
    }

    /// <summary>A server that listens on every address is reached on this machine.</summary>
    private static string Reachable(string host) => host switch
    {
        "0.0.0.0" or "*" => "127.0.0.1",
        "::" or "[::]" => "::1",
        _ => host,
    };

    private static string Clean(string address) => string.Concat(address.Where(c => !char.IsControl(c)));
}
