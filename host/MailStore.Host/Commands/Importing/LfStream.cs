namespace MailStore.Host.Commands.Importing;

/// <summary>A mail whose lines end in LF, whichever way they ended: a CR before a LF goes. Read asynchronously and forward only.</summary>
internal sealed class LfStream(Stream inner) : Stream
{
    private bool _holdsCr;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length < 2)
            throw new ArgumentException("a piece has two bytes at least", nameof(buffer));
        while (true)
        {
            // room for a CR that was held back
            var count = await inner.ReadAsync(buffer[1..], cancellationToken);
            if (count == 0)
            {
                if (!_holdsCr)
                    return 0;
                _holdsCr = false;
                buffer.Span[0] = (byte)'\r';
                return 1;
            }

            if (Convert(buffer.Span[..(count + 1)]) is > 0 and var converted)
                return converted;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    /// <param name="piece">What was read, behind one byte of room.</param>
    private int Convert(Span<byte> piece)
    {
        var from = 1;
        if (_holdsCr)
            piece[--from] = (byte)'\r';
        _holdsCr = false;
        var to = 0;
        for (var i = from; i < piece.Length; i++)
        {
            if (piece[i] == '\r' && i + 1 == piece.Length)
                _holdsCr = true;
            else if (piece[i] != '\r' || piece[i + 1] != '\n')
                piece[to++] = piece[i];
        }

        return to;
    }
}
