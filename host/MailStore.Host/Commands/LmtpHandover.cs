using System.Buffers;
using System.Globalization;
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
                socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
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

    /// <summary>Hands one mail over. Once it is sent, only the server's answer counts: no cancellation and no broken connection turns a "stored" into something else.</summary>
    /// <returns>One reply for each recipient, in order.</returns>
    /// <exception cref="TemporaryFailureException">The server does not speak LMTP, or broke the connection off before it had the mail.</exception>
    public async Task<IReadOnlyList<Reply>> DeliverAsync(string sender, IReadOnlyList<string> recipients, Stream mail, CancellationToken cancellationToken)
    {
        try
        {
            Expect(220, await ReadReplyAsync(cancellationToken));
            Expect(250, await CommandAsync("LHLO localhost", cancellationToken));
            Expect(250, await CommandAsync($"MAIL FROM:<{Clean(sender)}> SMTPUTF8", cancellationToken));
            var replies = new Reply[recipients.Count];
            for (var i = 0; i < recipients.Count; i++)
            {
                // not cleaned: it would be another address
                replies[i] = recipients[i].Any(char.IsControl)
                    ? Delivery.Replies.BadAddress(recipients[i], "it has control characters")
                    : await CommandAsync($"RCPT TO:<{recipients[i]}>", cancellationToken);
            }

            // nobody wants it: it is not even read
            if (replies.Any(reply => reply.IsPositive))
            {
                Expect(354, await CommandAsync("DATA", cancellationToken));
                await PipedMail.CopyStuffedAsync(mail, _commands, cancellationToken);
                await ReadVerdictsAsync(replies);
            }

            await QuitAsync();
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

    /// <summary>Only a recipient, or what became of his mail, is ever refused for good; all else is a server that is not what it should be.</summary>
    private static void Expect(int code, Reply reply)
    {
        if (reply.Code != code)
            throw new TemporaryFailureException($"the server does not take the mail: {reply}");
    }

    /// <summary>RFC 2033, 4.2: one reply for each recipient that was accepted. Where they break off the rest is unknown, and the MTA tries again.</summary>
    private async Task ReadVerdictsAsync(Reply[] replies)
    {
        var isBroken = false;
        for (var i = 0; i < replies.Length; i++)
        {
            if (!replies[i].IsPositive)
                continue;
            try
            {
                replies[i] = isBroken ? Delivery.Replies.TemporaryFailure : await ReadReplyAsync(CancellationToken.None);
            }
            catch (IOException)
            {
                isBroken = true;
                replies[i] = Delivery.Replies.TemporaryFailure;
            }
        }
    }

    private async Task QuitAsync()
    {
        try
        {
            _commands.Write("QUIT\r\n"u8);
            await _commands.FlushAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // a courtesy only: all has been said
        }
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
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
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
