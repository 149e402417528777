using System.Buffers;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Reads the data of one mail into a buffer: RFC 5321, 4.1.1.4. A mail that is too large, or has no room in the spool, is read to its end and thrown
/// away, since the replies come after it.
/// </summary>
internal sealed class MailReceiver(LmtpChannel channel, LmtpService service)
{
    private DataDecoder _decoder;
    private Reply? _refusal;

    /// <returns>The mail, to be disposed; or the reply that all recipients get.</returns>
    /// <exception cref="IOException">The client is gone before the end.</exception>
    /// <exception cref="TimeoutException">The client fell silent before the end.</exception>
    public async ValueTask<(MailBuffer? Content, Reply Refusal)> ReceiveAsync()
    {
        var content = service.Delivery.CreateBuffer();
        try
        {
            IBufferWriter<byte> writer = content;
            while (!_decoder.IsComplete)
            {
                var result = await channel.ReadAsync(service.Limits.DataTimeout);
                var arrived = result.Buffer.Length;
                var consumed = _decoder.Decode(result.Buffer, writer);
                channel.AdvanceTo(consumed, consumed);
                if (_refusal is not null)
                {
                    await service.Discards.WaitAsync(arrived, service.DeliveriesCancelled);
                }
                else if (!await TryKeepAsync(content))
                {
                    // its memory and its file go now, not at the end of what may be much more
                    content.Dispose();
                    writer = new DiscardingWriter();
                }

                if (result.IsCompleted && !_decoder.IsComplete)
                    throw new EndOfStreamException("the client left before the end of the data");
            }
        }
        catch
        {
            content.Dispose();
            throw;
        }

        return _refusal is { } refusal ? (null, refusal) : (content, default);
    }

    private async ValueTask<bool> TryKeepAsync(MailBuffer content)
    {
        if (_decoder.Size > service.MaxMessageSize)
        {
            _refusal = new Reply(552, "5.3.4", $"the mail is larger than the {service.MaxMessageSize} bytes that this server takes");
            return false;
        }

        try
        {
            await content.FlushAsync(service.DeliveriesCancelled);
            return true;
        }
        catch (TemporaryFailureException e)
        {
            LmtpLog.CannotSpool(service.Logger, e.Message);
            _refusal = e.StorageFull
                ? new Reply(452, "4.3.1", "no room for the mail now, try again later")
                : new Reply(451, "4.3.0", "the mail cannot be taken now, try again later");
            return false;
        }
    }
}
