using System.Buffers;
using System.Security.Authentication;
using MailStore.Host.Delivery;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The session with one client: takes commands and mails off the connection in their order. Commands that arrive together are answered together (RFC 2920).
/// </summary>
internal sealed class LmtpSession(LmtpChannel channel, LmtpService service, ClientInfo client)
{
    /// <summary>Of a line that is too long: what is dropped before the client has to wait a little, and before it is cut off.</summary>
    private const long SkippedAtOnce = 64 << 10, MostSkipped = 4 << 20;

    /// <summary>With more clients than that, sessions do not go on where their sockets are heard. Measured: one gains by it, 8 lose nothing, 32 a tenth.</summary>
    private const int FewClients = 16;

    private readonly LmtpDialogue _dialogue = new(channel, service, client);
    private LineReader _lines = new(service.Limits.CommandLine);
    private long _skipped;

    /// <summary>How long the client was waited for: since its last command, and since its last mail.</summary>
    private TimeSpan _waitedForCommand, _waitedForMail;

    /// <summary>The last mail and what became of it, until the client shows by its next command that it is still there.</summary>
    /// <remarks>No more of it than that: the client may take its time, and the transaction with all that it keeps is over.</remarks>
    private (string Recipient, Reply Reply)[] _unconfirmed = [];

    /// <summary>When the client connected, or said its last command.</summary>
    private long _heardAt = service.Clock.GetTimestamp();

    /// <summary>When its last mail was answered.</summary>
    private long _answeredAt;

    private bool MustClose => channel.IsClosing && ClosingPatience <= TimeSpan.Zero;

    /// <summary>
    /// At shutdown: a transaction may be brought to its end, unless the client takes too long to get to its data. A client that has come just now may begin its first
    /// one: MTAs take a new connection that is turned away for a server that is down, and put off all its mails, where an old one that is closed is only made anew.
    /// One whose mail was answered just now may say QUIT: not all clients expect the connection to be gone when they write that.
    /// </summary>
    private TimeSpan ClosingPatience
    {
        get
        {
            var forData = service.Limits.DrainTimeout - channel.ClosingFor;
            if (_dialogue.Transaction is not null)
                return forData;
            var forCommand = _dialogue.HasTakenMail
                ? service.Limits.FarewellTimeout - service.Clock.GetElapsedTime(_answeredAt)
                : service.Limits.FirstMailTimeout - service.Clock.GetElapsedTime(_heardAt);
            return forCommand < forData ? forCommand : forData;
        }
    }

    private TimeSpan CommandTimeout
    {
        get
        {
            if (channel.IsClosing)
                return ClosingPatience;
            var forCommand = service.Limits.CommandTimeout - _waitedForCommand;
            var forMail = service.Limits.SessionTimeout - _waitedForMail;
            return forCommand < forMail ? forCommand : forMail;
        }
    }

    public async Task RunAsync()
    {
        var wasCutOff = false;
        channel.PreferInline(service.Connections.Count <= FewClients);
        try
        {
            channel.Write(service.Greeting);
            wasCutOff = await ServeAsync() == SessionStep.CutOff;
        }
        catch (TimeoutException e)
        {
            _unconfirmed = [];
            if (!channel.IsClosing)
                LmtpLog.GaveUp(service.Logger, client.ConnectionId, _dialogue.Client.Address, e.Message);
            channel.Write(channel.IsClosing ? Replies.ShuttingDown : Replies.TimedOut);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            LmtpLog.GaveUp(service.Logger, client.ConnectionId, _dialogue.Client.Address, e.Message);
        }
        finally
        {
            _dialogue.EndTransaction();
        }

        await channel.FlushAsync();
        TellUnconfirmed();
        if (wasCutOff)
            await channel.LingerAsync(service.Limits.LingerTimeout, service.Discards);
    }

    private async Task<SessionStep> ServeAsync()
    {
        while (await channel.FlushAsync())
        {
            if (MustClose)
            {
                _unconfirmed = [];
                channel.Write(Replies.ShuttingDown);
                return SessionStep.End;
            }

            var result = await ReadAsync();
            var input = result.Buffer;
            var step = SessionStep.NextCommand;
            var isLine = false;
            LmtpCommand command = default;
            while (step == SessionStep.NextCommand && !MustClose && !channel.IsBroken && (isLine = TryReadCommand(ref input, out command)))
                step = IsTooLate(command) ? _dialogue.CutOff(Replies.ShuttingDown) : await _dialogue.HandleAsync(command);

            var ahead = input.Length;
            channel.AdvanceTo(input.Start, isLine ? input.Start : input.End);
            if (_lines.Skipped > 0 && await SlowDownAsync())
                return _dialogue.CutOff(Replies.LineTooLong);
            step = step switch
            {
                SessionStep.Data => await ReceiveDataAsync(_dialogue.Transaction!),
                SessionStep.Chunk => await ReceiveChunkAsync(command, ahead),
                SessionStep.StartTls => await SecureAsync(isPipelined: ahead > 0),
                _ => step,
            };
            if (step is SessionStep.End or SessionStep.CutOff)
                return step;
            if (result.IsCompleted && !isLine)
                return SessionStep.End;
        }

        return SessionStep.End;
    }

    /// <summary>At shutdown, after a mail, nothing new is begun. What the client sent along must not have the connection reset: it would miss the reply.</summary>
    private bool IsTooLate(LmtpCommand command) =>
        channel.IsClosing && _dialogue.HasTakenMail && _dialogue.Transaction is null && command.Verb != LmtpVerb.Quit;

    private async ValueTask<System.IO.Pipelines.ReadResult> ReadAsync()
    {
        if (channel.TryRead(out var ready))
            return ready;
        var since = service.Clock.GetTimestamp();
        var result = await channel.ReadAsync(CommandTimeout);
        var waited = service.Clock.GetElapsedTime(since);
        _waitedForCommand += waited;
        _waitedForMail += waited;
        return result;
    }

    private bool TryReadCommand(ref ReadOnlySequence<byte> input, out LmtpCommand command)
    {
        command = default;
        if (!_lines.TryRead(ref input, out var line, out var isTooLong))
            return false;
        _unconfirmed = [];
        _waitedForCommand = TimeSpan.Zero;
        _heardAt = service.Clock.GetTimestamp();
        command = isTooLong ? new LmtpCommand(LmtpVerb.Unknown) { Refusal = Replies.LineTooLong } : Parse(line);
        return true;
    }

    /// <summary>A line without an end is dropped as it comes, at a pace that leaves the processor to others.</summary>
    /// <returns>Whether it is enough.</returns>
    private async ValueTask<bool> SlowDownAsync()
    {
        if (_lines.Skipped < _skipped)
            _skipped = 0;
        if (_lines.Skipped - _skipped < SkippedAtOnce)
            return false;
        await service.Discards.WaitAsync(_lines.Skipped - _skipped, service.DeliveriesCancelled);
        _skipped = _lines.Skipped;
        return _lines.Skipped > MostSkipped;
    }

    private static LmtpCommand Parse(in ReadOnlySequence<byte> line)
    {
        var text = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        return CommandParser.Parse(text is [.., (byte)'\r'] ? text[..^1] : text);
    }

    private async Task<SessionStep> ReceiveDataAsync(LmtpTransaction transaction)
    {
        channel.Write(Replies.StartData);
        await channel.FlushAsync();
        if (!await new DataReceiver(channel, transaction.Intake(service)).ReceiveAsync())
            return _dialogue.CutOff(transaction.Intake(service).Refusal!.Value, transaction.Recipients.Count);
        await DeliverAsync(transaction);
        return SessionStep.NextCommand;
    }

    /// <summary>RFC 3030, 2: whatever is wrong, the chunk is taken off the connection before the reply.</summary>
    /// <param name="ahead">How much of it is there already.</param>
    private async Task<SessionStep> ReceiveChunkAsync(LmtpCommand command, long ahead)
    {
        // RFC 2920, 3.2: replies do not wait for what the client may only send when it has them
        if (ahead < command.ChunkSize)
            await channel.FlushAsync();
        if (_dialogue.RefusalOfChunk is { } wrong)
        {
            using var nowhere = new MailIntake(service, default(Reply));
            var isOver = await new ChunkReceiver(channel, nowhere, isBinary: true).ReceiveAsync(command.ChunkSize, command.IsLastChunk);
            return isOver ? _dialogue.Refuse(command.Verb, wrong) : _dialogue.CutOff(wrong);
        }

        var transaction = _dialogue.Transaction!;
        if (!await transaction.Chunks(channel, service).ReceiveAsync(command.ChunkSize, command.IsLastChunk))
            return _dialogue.CutOff(transaction.Intake(service).Refusal!.Value, command.IsLastChunk ? transaction.Recipients.Count : 1);
        _dialogue.CompleteChunk(command.ChunkSize);
        if (command.IsLastChunk)
            await DeliverAsync(transaction);
        else
            channel.Write(transaction.Intake(service).Refusal ?? new Reply(250, "2.0.0", "OK"));
        return SessionStep.NextCommand;
    }

    /// <summary>RFC 2033, 4.2: one reply for each recipient that was accepted.</summary>
    private async Task DeliverAsync(LmtpTransaction transaction)
    {
        if (transaction.Intake(service).Refusal is { } refusal)
        {
            foreach (var _ in transaction.Recipients)
                channel.Write(refusal);
        }
        else
        {
            using var content = transaction.Intake(service).TakeContent();
            var replies = await new MailHandover(channel, service).DeliverAsync(transaction, _dialogue.Client, _dialogue.ClientName!, content);
            _unconfirmed = [.. transaction.Recipients.Zip(replies, (recipient, reply) => (recipient.Original, reply))];
        }

        channel.PreferInline(service.Connections.Count <= FewClients);
        _waitedForMail = TimeSpan.Zero;
        _answeredAt = service.Clock.GetTimestamp();
        _dialogue.CompleteMail();
    }

    /// <summary>RFC 3207, 4 and 6: what came along with STARTTLS came without protection, and is not taken for what comes after it.</summary>
    private async Task<SessionStep> SecureAsync(bool isPipelined)
    {
        if (isPipelined)
            return _dialogue.CutOff(Replies.PipelinedTls);
        channel.Write(Replies.ReadyForTls);
        if (!await channel.FlushAsync())
            return SessionStep.End;
        // files are looked at, and a handshake takes a thousand times as long as a command: not where all sockets are heard
        channel.PreferInline(false);
        await Task.Yield();
        try
        {
            await channel.SecureAsync(service.Certificate!.Current());
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            LmtpLog.HandshakeFailed(service.Logger, client.ConnectionId, client.Address, e.InnerException?.Message ?? e.Message);
            return SessionStep.End;
        }

        LmtpLog.Secured(service.Logger, client.ConnectionId, channel.TlsProtocol, channel.TlsCipherSuite);
        _dialogue.Forget();
        return SessionStep.NextCommand;
    }

    private void TellUnconfirmed()
    {
        foreach (var (recipient, reply) in _unconfirmed)
            LmtpLog.Unconfirmed(service.Logger, client.ConnectionId, _dialogue.Client.Address, recipient, reply);
    }
}
