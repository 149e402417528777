namespace MailStore.Host.Lmtp;

/// <summary>Reads the chunks of one mail, one at a time: RFC 3030, 2. A chunk is as long as was said, whatever is in it.</summary>
internal sealed class ChunkReceiver(LmtpChannel channel, MailIntake intake, bool isBinary)
{
    private ChunkDecoder _decoder = new(isBinary);
    private long _size;

    /// <summary>Reads a chunk. A refused one is read to its end, too: see <see cref="MailIntake.Refusal"/>.</summary>
    /// <returns>False: see <see cref="MailIntake.KeepAsync"/>.</returns>
    /// <exception cref="IOException">The client is gone before the end.</exception>
    /// <exception cref="TimeoutException">The client fell silent before the end.</exception>
    public async ValueTask<bool> ReceiveAsync(long length, bool isLast)
    {
        while (length > 0)
        {
            var result = await intake.ReadAsync(channel);
            var piece = result.Buffer.Length > length ? result.Buffer.Slice(0, length) : result.Buffer;
            length -= piece.Length;
            _size += piece.Length;
            _decoder.Decode(piece, intake.Writer);
            channel.AdvanceTo(piece.End, piece.End);
            if (!await intake.KeepAsync(_size) && length > 0)
                return false;
            if (result.IsCompleted && length > 0)
                throw new EndOfStreamException("the client left in the middle of a chunk");
        }

        if (isLast)
            _decoder.Complete(intake.Writer);
        return true;
    }
}
