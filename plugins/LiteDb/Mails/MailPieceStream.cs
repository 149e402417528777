namespace MailStore.LiteDb.Mails;

/// <summary>Reads a mail piece by piece: no more than one of them is in memory, and the file is free for others in between.</summary>
internal sealed class MailPieceStream(byte[] first, int count, Func<int, CancellationToken, Task<byte[]>> readAsync) : Stream
{
    private byte[] _piece = first;
    private int _number;
    private int _position;

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
        if (_position == _piece.Length && _number + 1 < count)
        {
            _piece = await readAsync(_number + 1, cancellationToken).ConfigureAwait(false);
            (_number, _position) = (_number + 1, 0);
        }

        var read = Math.Min(buffer.Length, _piece.Length - _position);
        _piece.AsMemory(_position, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // a file's thread answers, never the caller's own
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
