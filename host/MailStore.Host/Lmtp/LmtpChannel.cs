using System.Buffers;
using System.IO.Pipelines;
using MailStore.Host.Delivery;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MailStore.Host.Lmtp;

/// <summary>
/// One connection: its pipes with deadlines, and the server's wish to close it. Used by one session, and by the <see cref="Watchdog"/>.
/// </summary>
internal sealed class LmtpChannel : IDisposable
{
    private const long Never = long.MaxValue;

    private readonly ConnectionContext _connection;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _writeTimeout;
    private readonly CancellationTokenRegistration _closing;
    private long _readUntil = Never;
    private long _writeUntil = Never;
    private long _closingSince = Never;

    public LmtpChannel(ConnectionContext connection, TimeProvider clock, TimeSpan writeTimeout)
    {
        _connection = connection;
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        _clock = clock;
        _writeTimeout = writeTimeout;
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
            _closing = lifetime.ConnectionClosedRequested.UnsafeRegister(static channel => ((LmtpChannel)channel!).RequestClose(), this);
    }

    /// <summary>Whether the server shuts down.</summary>
    public bool IsClosing => Volatile.Read(ref _closingSince) != Never;

    /// <summary>How long it has been shutting down.</summary>
    public TimeSpan ClosingFor => IsClosing ? _clock.GetElapsedTime(_closingSince) : TimeSpan.Zero;

    /// <summary>The client is gone, or has not taken its replies in time: nothing that is written reaches it any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Reads what has arrived. Ends early, with nothing new, when the server begins to shut down.</summary>
    /// <exception cref="TimeoutException">Nothing arrived in time.</exception>
    public ValueTask<ReadResult> ReadAsync(TimeSpan timeout) =>
        _input.TryRead(out var result) ? new ValueTask<ReadResult>(result) : WaitAsync(timeout);

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
        Volatile.Write(ref _writeUntil, DeadlineAfter(_writeTimeout));
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

    /// <summary>Ends the wait that is overdue, if there is one. Called by another thread than the session's.</summary>
    public void CheckDeadlines()
    {
        var now = _clock.GetTimestamp();
        if (now >= Volatile.Read(ref _readUntil))
            _input.CancelPendingRead();
        if (now >= Volatile.Read(ref _writeUntil))
            _connection.Abort(new ConnectionAbortedException("the client does not take its replies"));
    }

    public void Dispose() => _closing.Dispose();

    private async ValueTask<ReadResult> WaitAsync(TimeSpan timeout)
    {
        var until = DeadlineAfter(timeout);
        Volatile.Write(ref _readUntil, until);
        var result = await _input.ReadAsync();
        Volatile.Write(ref _readUntil, Never);
        if (!result.IsCanceled || _clock.GetTimestamp() < until)
            return result;
        _input.AdvanceTo(result.Buffer.Start);
        throw new TimeoutException($"nothing was heard for {timeout}");
    }

    private long DeadlineAfter(TimeSpan timeout) =>
        _clock.GetTimestamp() + (long)(timeout.TotalSeconds * _clock.TimestampFrequency);

    private void RequestClose()
    {
        Volatile.Write(ref _closingSince, _clock.GetTimestamp());
        _input.CancelPendingRead();
    }
}
