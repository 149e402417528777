using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using MailStore.Host.Delivery;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MailStore.Host.Lmtp;

/// <summary>
/// One connection: its pipes with deadlines, and the server's wish to close it. Used by one session, and by the <see cref="Watchdog"/>.
/// </summary>
internal sealed class LmtpChannel : IAsyncDisposable
{
    private const long Never = long.MaxValue;

    private readonly ConnectionContext _connection;
    private readonly TimeProvider _clock;
    private readonly LmtpLimits _limits;
    private readonly CancellationTokenRegistration _closing;
    private readonly InlineTurn _turn;
    private readonly Lock _holding = new();
    private long _readUntil = Never;
    private long _writeUntil = Never;
    private long _closingSince = Never;
    private long _heldUntil = Never;
    private Task? _flushOfHeld;
    private PipeReader _input;
    private PipeWriter _output;
    private SslStream? _tls;
    private bool _isSecuring;
    private bool _isInline;

    public LmtpChannel(ConnectionContext connection, TimeProvider clock, LmtpLimits limits)
    {
        _connection = connection;
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        _clock = clock;
        _limits = limits;
        _turn = new InlineTurn(clock);
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
            _closing = lifetime.ConnectionClosedRequested.UnsafeRegister(static channel => ((LmtpChannel)channel!).RequestClose(), this);
    }

    /// <summary>Cancels the deliveries of a mail that take too long; null while there are none.</summary>
    public DeliveryDeadline? Deadline { get; set; }

    /// <summary>Whether TLS protects the connection.</summary>
    public bool IsSecure => _tls is not null;

    public string TlsProtocol => _tls?.SslProtocol.ToString() ?? "";

    public string TlsCipherSuite => _tls?.NegotiatedCipherSuite.ToString() ?? "";

    /// <summary>Whether the server shuts down.</summary>
    public bool IsClosing => Volatile.Read(ref _closingSince) != Never;

    /// <summary>How long it has been shutting down.</summary>
    public TimeSpan ClosingFor => IsClosing ? _clock.GetElapsedTime(_closingSince) : TimeSpan.Zero;

    /// <summary>The client is gone, or has not taken its replies in time: nothing that is written reaches it any more.</summary>
    public bool IsBroken { get; private set; }

    private bool IsTurnOfOthers => _isInline && _turn.IsOver;

    /// <summary>
    /// Whether the session goes on where its socket is heard (<see cref="InlineSocket"/>), as far as it may. With few clients at work this saves each mail two changes of thread; with many, one thread would do
    /// what several can.
    /// </summary>
    public void PreferInline(bool isInline)
    {
        if (_isInline == isInline || (isInline && _tls is not null))
            return;
        _isInline = isInline;
        InlineSocket.Set(_connection, isInline);
    }

    /// <summary>Reads what has arrived. Ends early, with nothing new, when the server begins to shut down.</summary>
    /// <exception cref="TimeoutException">Nothing arrived in time.</exception>
    public ValueTask<ReadResult> ReadAsync(TimeSpan timeout) =>
        TryRead(out var result) ? new ValueTask<ReadResult>(result) : WaitAsync(timeout);

    /// <summary>Reads what has arrived, if something has, and it is not the turn of others.</summary>
    public bool TryRead(out ReadResult result)
    {
        result = default;
        if (IsTurnOfOthers || !_input.TryRead(out result))
            return false;
        _turn.Count();
        return true;
    }

    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _input.AdvanceTo(consumed, examined);

    /// <summary>Writes; sent with the next <see cref="FlushAsync"/>.</summary>
    public void Write(ReadOnlySpan<byte> reply)
    {
        if (!IsBroken)
            _output.Write(reply);
    }

    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public void Write(in Reply reply)
    {
        if (!IsBroken)
            ReplyFormatter.Write(_output, reply);
    }

    /// <summary>Sends what was written.</summary>
    /// <returns>Whether the client may still be there.</returns>
    public async ValueTask<bool> FlushAsync()
    {
        if (IsBroken)
            return false;
        Volatile.Write(ref _writeUntil, DeadlineAfter(_limits.WriteTimeout));
        try
        {
            IsBroken = (await _output.FlushAsync()).IsCompleted;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // reset by the client, or aborted here
            IsBroken = true;
        }

        Volatile.Write(ref _writeUntil, Never);
        return !IsBroken;
    }

    /// <summary>
    /// What was written waits for more, as long as that comes soon; else it is sent meanwhile. To be followed by <see cref="EndHoldAsync"/>; until then nothing may be
    /// written.
    /// </summary>
    public void BeginHold(TimeSpan patience)
    {
        lock (_holding)
            _heldUntil = DeadlineAfter(patience);
    }

    /// <summary>There is more.</summary>
    public ValueTask EndHoldAsync()
    {
        lock (_holding)
        {
            var flush = _flushOfHeld;
            (_heldUntil, _flushOfHeld) = (Never, null);
            return flush is null ? default : new ValueTask(flush);
        }
    }

    /// <summary>Begins TLS (RFC 3207, 4): what comes and goes from here on is protected.</summary>
    /// <exception cref="IOException">The client is gone, or took too long; at shutdown it has no longer than one has to get to its data.</exception>
    /// <exception cref="AuthenticationException">The client does not speak TLS, or not as it must.</exception>
    public async Task SecureAsync(SslServerAuthenticationOptions options)
    {
        using var patience = new CancellationTokenSource(_limits.HandshakeTimeout, _clock);
        var stream = new SslStream(new DuplexPipeStream(_connection.Transport));
        Volatile.Write(ref _isSecuring, true);
        try
        {
            await stream.AuthenticateAsServerAsync(options, patience.Token);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            IsBroken = true;
            if (e is OperationCanceledException)
                throw new IOException("the TLS handshake took too long", e);
            throw;
        }
        finally
        {
            Volatile.Write(ref _isSecuring, false);
        }

        _tls = stream;
        _output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        // an idle connection holds no buffer
        Volatile.Write(ref _input, PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true)));
        if (IsClosing)
            _input.CancelPendingRead();
    }

    /// <summary>
    /// Throws away what a client still sends whose session was ended here: a connection that is closed with something unread is reset, and the client might
    /// never see the last reply.
    /// </summary>
    /// <param name="timeout">In all.</param>
    /// <param name="pace">A client that sends without an end gets no more of the processor here than elsewhere.</param>
    public async Task LingerAsync(TimeSpan timeout, DiscardPace pace)
    {
        using var patience = new CancellationTokenSource(timeout, _clock);
        await using var end = patience.Token.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), _input);
        try
        {
            while (!IsBroken)
            {
                var result = await _input.ReadAsync();
                var piece = result.Buffer.Length;
                _input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                    return;
                await pace.WaitAsync(piece, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (patience.IsCancellationRequested)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // reset by the client, or aborted here: all has been said
            IsBroken = true;
        }
    }

    /// <summary>Ends the wait that is overdue, if there is one. Called by another thread than the session's.</summary>
    public void CheckDeadlines()
    {
        var now = _clock.GetTimestamp();
        Deadline?.Check(now);
        if (now >= Volatile.Read(ref _readUntil))
            Volatile.Read(ref _input).CancelPendingRead();
        if (now >= Volatile.Read(ref _heldUntil))
            FlushHeld(now);
        if (now >= Volatile.Read(ref _writeUntil))
            _connection.Abort(new ConnectionAbortedException("the client does not take its replies"));
        if (Volatile.Read(ref _isSecuring) && ClosingFor > _limits.DrainTimeout)
            _connection.Abort(new ConnectionAbortedException("the client does not get on with its TLS handshake, and the server shuts down"));
    }

    /// <summary>Says goodbye by TLS where that is spoken, so that the client knows that nothing was cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.DisposeAsync();
        if (_tls is null)
            return;
        try
        {
            if (!IsBroken)
                await _tls.ShutdownAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // the client was faster
        }

        await _tls.DisposeAsync();
    }

    private void FlushHeld(long now)
    {
        lock (_holding)
        {
            if (now < _heldUntil)
                return;
            _heldUntil = Never;
            // the session touches the pipe only after it has waited for this
            _flushOfHeld = FlushAsync().AsTask();
        }
    }

    private async ValueTask<ReadResult> WaitAsync(TimeSpan timeout)
    {
        if (IsTurnOfOthers)
        {
            _turn.Begin();
            await Task.Yield();
            if (_input.TryRead(out var ready))
                return ready;
        }

        var asked = _clock.GetTimestamp();
        var until = DeadlineAfter(timeout);
        Volatile.Write(ref _readUntil, until);
        var result = await _input.ReadAsync();
        Volatile.Write(ref _readUntil, Never);
        var now = _clock.GetTimestamp();
        _turn.Count(now - asked);
        if (!result.IsCanceled || now < until)
            return result;
        _input.AdvanceTo(result.Buffer.Start);
        throw new TimeoutException("nothing was heard for too long");
    }

    private long DeadlineAfter(TimeSpan timeout) =>
        _clock.GetTimestamp() + (long)(timeout.TotalSeconds * _clock.TimestampFrequency);

    private void RequestClose()
    {
        Volatile.Write(ref _closingSince, _clock.GetTimestamp());
        Volatile.Read(ref _input).CancelPendingRead();
    }
}
