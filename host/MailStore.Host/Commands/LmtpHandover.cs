using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary>The client's side of LMTP (RFC 2033), for one mail.</summary>
internal sealed class LmtpHandover : IAsyncDisposable
{
    private const string Pipelining = "PIPELINING", Size = "SIZE ";

    private static readonly Reply Unknown = new(451, "4.3.0", "the server broke the connection off before it answered, try again later");

    private readonly Stream _stream;
    private readonly StreamReader _replies;
    private readonly PipeWriter _commands;

    /// <param name="stream">To the server; disposed with this.</param>
    public LmtpHandover(Stream stream)
    {
        _stream = stream;
        _replies = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        _commands = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>Hands one mail over. Once it is sent, only the server's answer counts: no cancellation and no broken connection turns a "stored" into something else.</summary>
    /// <returns>One reply for each recipient, in order.</returns>
    /// <exception cref="TemporaryFailureException">The server does not speak LMTP, or broke the connection off before it had the mail.</exception>
    public async Task<IReadOnlyList<Reply>> DeliverAsync(string sender, IReadOnlyList<string> recipients, Stream mail, CancellationToken cancellationToken)
    {
        try
        {
            Expect(220, await ReadReplyAsync(cancellationToken));
            var pipelining = false;
            var limit = long.MaxValue;
            await SendAsync("LHLO localhost", cancellationToken);
            Expect(250, await ReadReplyAsync(cancellationToken, line =>
            {
                pipelining |= line.Equals(Pipelining, StringComparison.OrdinalIgnoreCase);
                limit = LimitOf(line) ?? limit;
            }));
            var replies = await AskAsync(sender, recipients, pipelining, cancellationToken);

            // nobody wants it: it is not even read
            if (!replies.Any(reply => reply.IsPositive))
            {
                await QuitAsync();
                return replies;
            }

            switch (await PipedMail.CopyStuffedAsync(mail, _commands, limit, cancellationToken))
            {
                case PipedMailEnd.TooLarge:
                    // and the connection is closed in the middle of it: it must not come to an end there
                    return [.. replies.Select(reply => reply.IsPositive ? TooLarge(limit) : reply)];
                case PipedMailEnd.BrokenOff:
                    // perhaps not without a word
                    await ReadVerdictsAsync(replies);
                    return replies;
                default:
                    await ReadVerdictsAsync(replies);
                    await QuitAsync();
                    return replies;
            }
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

    /// <summary>RFC 1870, 4: the largest mail that the server takes; 0 stands for no limit.</summary>
    private static long? LimitOf(string line) =>
        line.StartsWith(Size, StringComparison.OrdinalIgnoreCase) && long.TryParse(line.AsSpan(Size.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0
            ? limit
            : null;

    private static Reply TooLarge(long limit) => new(552, "5.3.4", $"the mail is larger than the {limit} bytes that the server takes");

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
                replies[i] = isBroken ? Unknown : await ReadReplyAsync(CancellationToken.None);
            }
            catch (IOException)
            {
                isBroken = true;
                replies[i] = Unknown;
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

    /// <summary>Says whom the mail is for, up to DATA; all at once where the server takes it so (RFC 2920).</summary>
    /// <returns>The replies to the recipients. If one of them is positive, the server waits for the mail.</returns>
    private async Task<Reply[]> AskAsync(string sender, IReadOnlyList<string> recipients, bool pipelining, CancellationToken cancellationToken)
    {
        var mail = $"MAIL FROM:<{Clean(sender)}> SMTPUTF8";
        // not cleaned: it would be another address
        var asked = recipients.Where(recipient => !recipient.Any(char.IsControl)).ToList();
        if (pipelining)
            await SendAsync(string.Join("\r\n", [mail, .. asked.Select(RcptOf), "DATA"]), cancellationToken);
        else
            await SendAsync(mail, cancellationToken);
        Expect(250, await ReadReplyAsync(cancellationToken));

        var replies = new Reply[recipients.Count];
        for (var i = 0; i < replies.Length; i++)
        {
            if (!asked.Contains(recipients[i]))
            {
                replies[i] = new Reply(501, "5.1.3", "the address has control characters");
                continue;
            }

            if (!pipelining)
                await SendAsync(RcptOf(recipients[i]), cancellationToken);
            replies[i] = await ReadReplyAsync(cancellationToken);
        }

        var isWanted = replies.Any(reply => reply.IsPositive);
        if (isWanted && !pipelining)
            await SendAsync("DATA", cancellationToken);
        if (isWanted)
            Expect(354, await ReadReplyAsync(cancellationToken));
        return replies;
    }

    private static string RcptOf(string recipient) => $"RCPT TO:<{recipient}>";

    private async Task SendAsync(string command, CancellationToken cancellationToken)
    {
        _commands.Write(Encoding.UTF8.GetBytes(command + "\r\n"));
        await _commands.FlushAsync(cancellationToken);
    }

    /// <param name="see">Is given each line's text.</param>
    private async Task<Reply> ReadReplyAsync(CancellationToken cancellationToken, Action<string>? see = null)
    {
        while (true)
        {
            var line = await _replies.ReadLineAsync(cancellationToken) ?? throw new IOException("it closed before it answered");
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                throw new IOException($"'{line}' is no reply");
            see?.Invoke(line[Math.Min(4, line.Length)..]);
            if (line.Length > 3 && line[3] == '-')
                continue;
            var words = line[Math.Min(4, line.Length)..].Split(' ', 2);
            return words is [[>= '2' and <= '5', '.', ..] enhanced, var text] ? new Reply(code, enhanced, text) : new Reply(code, $"{code / 100}.0.0", string.Join(' ', words));
        }
    }

    private static string Clean(string address) => string.Concat(address.Where(c => !char.IsControl(c)));
}
