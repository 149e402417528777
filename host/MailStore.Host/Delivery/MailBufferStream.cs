using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Host.Delivery;

/// <summary>Reads a <see cref="MailBuffer"/>: its file, then what is in memory. Each stream has a position of its own.</summary>
internal sealed class MailBufferStream(SafeFileHandle? file, long fileLength, ReadOnlySequence<byte> memory) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => fileLength + memory.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = _position < fileLength
            ? RandomAccess.Read(file!, buffer[..(int)Math.Min(buffer.Length, fileLength - _position)], _position)
            : ReadMemory(buffer);
        _position += count;
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = _position < fileLength
            ? await RandomAccess.ReadAsync(file!, buffer[..(int)Math.Min(buffer.Length, fileLength - _position)], _position, cancellationToken)
            : ReadMemory(buffer.Span);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int ReadMemory(Span<byte> buffer)
    {
        var offset = _position - fileLength;
        var count = (int)Math.Min(buffer.Length, memory.Length - offset);
        memory.Slice(offset, count).CopyTo(buffer);
        return count;
    }
}
