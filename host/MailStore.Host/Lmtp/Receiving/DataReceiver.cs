namespace MailStore.Host.Lmtp;

/// <summary>Reads the data of one mail: RFC 5321, 4.1.1.4.</summary>
internal sealed class DataReceiver(LmtpChannel channel, MailIntake intake)
{
    private DataDecoder _decoder;

    /// <returns>False: see <see cref="MailIntake.KeepAsync"/>.</returns>
    /// <exception cref="IOException">The client is gone before the end.</exception>
    /// <exception cref="TimeoutException">The client fell silent before the end.</exception>
    public async ValueTask<bool> ReceiveAsync()
    {
        while (!_decoder.IsComplete)
        {
            var result = await intake.ReadAsync(channel);
            var consumed = _decoder.Decode(result.Buffer, intake.Writer);
            channel.AdvanceTo(consumed, consumed);
            if (!await intake.KeepAsync(_decoder.Size) && !_decoder.IsComplete)
                return false;
            if (result.IsCompleted && !_decoder.IsComplete)
                throw new EndOfStreamException("the client left before the end of the data");
        }

        return true;
    }
}
