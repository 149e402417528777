using System.Buffers;
using System.Text;
using MailStore.Host.Delivery;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The dialogue with one client: RFC 2033, and RFC 5321 for what it takes over. Commands that arrive together are answered together (RFC 2920).
/// </summary>
internal sealed class LmtpSession(LmtpChannel channel, LmtpService service, ClientInfo client)
{
    private LineReader _lines = new(service.Limits.CommandLine);
    private string? _clientName;
    private LmtpTransaction? _transaction;

    /// <summary>The last mail and what became of it, until the client shows by its next command that it is still there.</summary>
    private (LmtpTransaction Transaction, IReadOnlyList<Task<Reply>> Replies)? _unconfirmed;

    private enum Step : byte
    {
        NextCommand,
        Data,
        End,
    }

    /// <summary>At shutdown: a transaction may be brought to its end, unless the client takes too long to get to its data.</summary>
    private bool MustClose => channel.IsClosing && (_transaction is null || channel.ClosingFor >= service.Limits.DrainTimeout);

    private TimeSpan CommandTimeout =>
        channel.IsClosing ? service.Limits.DrainTimeout - channel.ClosingFor : service.Limits.CommandTimeout;

    public async Task RunAsync()
    {
        try
        {
            channel.Write(service.Greeting);
            await ServeAsync();
        }
        catch (TimeoutException e)
        {
            _unconfirmed = null;
            if (!channel.IsClosing)
                LmtpLog.GaveUp(service.Logger, client.ConnectionId, client.Address, e.Message);
            channel.Write(channel.IsClosing ? Replies.ShuttingDown : Replies.TimedOut);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            LmtpLog.GaveUp(service.Logger, client.ConnectionId, client.Address, e.Message);
        }

        await channel.FlushAsync();
        if (_unconfirmed is var (transaction, replies))
        {
            for (var i = 0; i < replies.Count; i++)
                LmtpLog.Unconfirmed(service.Logger, client.ConnectionId, client.Address, transaction.Recipients[i].Original, await replies[i]);
        }
    }

    private async Task ServeAsync()
    {
        while (await channel.FlushAsync())
        {
            if (MustClose)
            {
                _unconfirmed = null;
                channel.Write(Replies.ShuttingDown);
                return;
            }

            var result = await channel.ReadAsync(CommandTimeout);
            var input = result.Buffer;
            var arrived = input.Length;
            var step = Step.NextCommand;
            var isLine = false;
            while (step == Step.NextCommand && !MustClose && (isLine = TryReadCommand(ref input, out var command)))
                step = await HandleAsync(command);

            channel.AdvanceTo(input.Start, isLine ? input.Start : input.End);
            if (!isLine && _lines.IsSkipping)
                await service.Discards.WaitAsync(arrived, service.DeliveriesCancelled);
            if (step == Step.Data)
                await ReceiveAsync(_transaction!);
            if (step == Step.End || (result.IsCompleted && !isLine))
                return;
        }
    }

    private bool TryReadCommand(ref ReadOnlySequence<byte> input, out LmtpCommand command)
    {
        command = default;
        if (!_lines.TryRead(ref input, out var line, out var isTooLong))
            return false;
        _unconfirmed = null;
        command = isTooLong ? new LmtpCommand(LmtpVerb.Unknown) { Refusal = Replies.LineTooLong } : Parse(line);
        return true;
    }

    private static LmtpCommand Parse(in ReadOnlySequence<byte> line)
    {
        var text = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        return CommandParser.Parse(text is [.., (byte)'\r'] ? text[..^1] : text);
    }

    private async ValueTask<Step> HandleAsync(LmtpCommand command)
    {
        if (command.Refusal is { } refusal)
            return Refuse(command, refusal);
        switch (command.Verb)
        {
            case LmtpVerb.Lhlo:
                _clientName = command.Argument;
                _transaction = null;
                return Answer(service.Capabilities);
            case LmtpVerb.Helo:
                return Refuse(command, Replies.NotSmtp);
            case LmtpVerb.Mail:
                return BeginTransaction(command);
            case LmtpVerb.Rcpt:
                return await AddRecipientAsync(command);
            case LmtpVerb.Data when _transaction is null:
                return Refuse(command, Replies.NoMail);
            case LmtpVerb.Data when _transaction.Recipients.Count == 0:
                return Refuse(command, Replies.NoRecipients);
            case LmtpVerb.Data:
                return Step.Data;
            case LmtpVerb.Rset:
                _transaction = null;
                return Answer(Replies.Ok);
            case LmtpVerb.Vrfy:
                return Answer(Replies.Vrfy);
            case LmtpVerb.Help:
                return Answer(Replies.Help);
            case LmtpVerb.Quit:
                channel.Write(Replies.Bye);
                return Step.End;
            default:
                return Answer(Replies.Ok);
        }
    }

    private Step BeginTransaction(in LmtpCommand command)
    {
        if (_clientName is null)
            return Refuse(command, Replies.NoLhlo);
        if (_transaction is not null)
            return Refuse(command, Replies.NestedMail);
        if (command.Size > service.MaxMessageSize)
            return Refuse(command, Replies.TooLarge);
        _transaction = new LmtpTransaction(command.Argument, command.SmtpUtf8);
        return Answer(Replies.SenderOk);
    }

    private async ValueTask<Step> AddRecipientAsync(LmtpCommand command)
    {
        if (_transaction is not { } transaction)
            return Refuse(command, Replies.NoMail);
        if (transaction.Recipients.Count >= service.Limits.Recipients)
            return Refuse(command, Replies.TooManyRecipients);
        var (recipient, reply) = await service.Delivery.ResolveAsync(command.Argument, service.DeliveriesCancelled);
        if (recipient is not null)
            transaction.Recipients.Add(recipient);
        channel.Write(reply);
        return Step.NextCommand;
    }

    private async Task ReceiveAsync(LmtpTransaction transaction)
    {
        channel.Write(Replies.StartData);
        await channel.FlushAsync();
        var (content, refusal) = await new MailReceiver(channel, service).ReceiveAsync();
        if (content is null)
        {
            foreach (var _ in transaction.Recipients)
                channel.Write(refusal);
        }
        else
        {
            using (content)
                _unconfirmed = (transaction, await new MailHandover(channel, service, client).DeliverAsync(transaction, _clientName!, content));
        }

        _transaction = null;
    }

    private Step Answer(byte[] reply)
    {
        channel.Write(reply);
        return Step.NextCommand;
    }

    private Step Refuse(in LmtpCommand command, byte[] reply)
    {
        if (service.Logger.IsEnabled(LogLevel.Debug))
            LmtpLog.Refused(service.Logger, client.ConnectionId, command.Verb, Encoding.ASCII.GetString(reply).TrimEnd());
        return Answer(reply);
    }
}
