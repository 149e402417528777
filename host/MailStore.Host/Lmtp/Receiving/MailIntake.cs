using System.Buffers;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Where the content of one mail goes while it comes, in one piece or in chunks: into a buffer, or, once it is too large or has no room in the spool, nowhere. Its rest is
/// read all the same, since the replies come after it.
/// </summary>
internal sealed class MailIntake : IDisposable
{
    /// <summary>The rest of a refused mail is read up to this much at least, so that its client gets to the reply.</summary>
    private const long LeastDiscarded = 64 << 20;

    private readonly LmtpService _service;
    private MailBuffer? _content;
    private Pace _pace;

    /// <summary>Of what comes while the server shuts down.</summary>
    private Pace _drain;
    private long _size;

    public MailIntake(LmtpService service, bool isBinary)
    {
        _service = service;
        _content = service.Delivery.CreateBuffer();
        if (isBinary)
            _content.MarkBinary();
        _pace = new Pace(service.Limits.DataTimeout, service.Limits.MinDataRate);
        _drain = new Pace(service.Limits.DrainTimeout, service.Limits.DrainRate);
        Writer = _content;
    }

    /// <summary>For a mail that is refused from the start.</summary>
    public MailIntake(LmtpService service, Reply refusal)
    {
        _service = service;
        _pace = new Pace(service.Limits.DataTimeout, service.Limits.MinDataRate);
        _drain = new Pace(service.Limits.DrainTimeout, service.Limits.DrainRate);
        Refusal = refusal;
        Writer = new DiscardingWriter();
    }

    public IBufferWriter<byte> Writer { get; private set; }

    /// <summary>The reply that all recipients get; null as long as the mail is taken.</summary>
    public Reply? Refusal { get; private set; }

    /// <summary>Reads what has arrived of the mail.</summary>
    /// <exception cref="TimeoutException">Nothing arrived in time, or the mail comes too slowly.</exception>
    public async ValueTask<System.IO.Pipelines.ReadResult> ReadAsync(LmtpChannel channel)
    {
        // before the wait, which a shutdown ends: what was waited for until then is held against nobody
        var isClosing = channel.IsClosing;
        if (channel.TryRead(out var ready))
        {
            Count(TimeSpan.Zero, ready.Buffer.Length, isClosing);
            return ready;
        }

        var since = _service.Clock.GetTimestamp();
        var result = await channel.ReadAsync(isClosing && _drain.Patience < _pace.Patience ? _drain.Patience : _pace.Patience);
        Count(_service.Clock.GetElapsedTime(since), result.Buffer.Length, isClosing);
        return result;
    }

    /// <summary>After each piece: sees to it that memory stays bounded, and that no mail is larger than it may be.</summary>
    /// <param name="size">Of all that came so far, as RFC 1870, section 3, counts it.</param>
    /// <returns>False: it was refused, and goes on for so long that the rest is not read any more. Its recipients are told now, and the connection is closed.</returns>
    public async ValueTask<bool> KeepAsync(long size)
    {
        var piece = size - _size;
        _size = size;
        if (Refusal is not null)
        {
            await _service.Discards.WaitAsync(piece, _service.DeliveriesCancelled);
            return size - _service.MaxMessageSize <= Math.Max(LeastDiscarded, _service.MaxMessageSize);
        }

        if (size > _service.MaxMessageSize)
        {
            Refuse(new Reply(552, "5.3.4", $"the mail is larger than the {_service.MaxMessageSize} bytes that this server takes"));
            return true;
        }

        try
        {
            await _content!.FlushAsync(_service.DeliveriesCancelled);
        }
        catch (TemporaryFailureException e)
        {
            LmtpLog.CannotSpool(_service.Logger, e.Message);
            Refuse(e.StorageFull
                ? new Reply(452, "4.3.1", "no room for the mail now, try again later")
                : new Reply(451, "4.3.0", "the mail cannot be taken now, try again later"));
        }

        return true;
    }

    /// <summary>Hands the mail out, to be disposed by the caller. Only where it was not refused.</summary>
    public MailBuffer TakeContent()
    {
        var content = _content!;
        _content = null;
        return content;
    }

    public void Dispose() => _content?.Dispose();

    private void Count(TimeSpan waited, long received, bool isClosing)
    {
        _pace.Count(waited, received);
        if (isClosing)
            _drain.Count(waited, received);
    }

    private void Refuse(Reply refusal)
    {
        Refusal = refusal;
        // its memory and its file go now, not at the end of what may be much more
        _content!.Dispose();
        _content = null;
        Writer = new DiscardingWriter();
    }
}
