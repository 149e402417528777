namespace MailStore.Postgres.Mailboxes;

/// <summary>A stored mail, read a chunk at a time.</summary>
internal sealed class MailStream(long size, byte[] first, Func<int, CancellationToken, Task<byte[]?>> readChunk) : Stream
{
    private byte[] _chunk = first;
    private int _number;
    private int _at;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == size || buffer.IsEmpty)
            return 0;
        if (_at == _chunk.Length)
        {
            _chunk = await readChunk(_number + 1, cancellationToken).ConfigureAwait(false) is { Length: > 0 } next
                ? next
                : throw new IOException("the mail was removed while it was read");
            _number++;
            _at = 0;
        }

        var count = Math.Min(buffer.Length, _chunk.Length - _at);
        _chunk.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // on a thread of its own: whoever reads in this way blocks
    public override int Read(byte[] buffer, int offset, int count) =>
        Task.Run(() => ReadAsync(buffer.AsMemory(offset, count)).AsTask()).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
