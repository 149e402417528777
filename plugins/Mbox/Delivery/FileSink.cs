using System.Buffers;
using Microsoft.Win32.SafeHandles;
using MailStore.Mbox.Format;

namespace MailStore.Mbox.Delivery;

/// <summary>Writes to a file from a place on, through a buffer, and can go back.</summary>
internal sealed class FileSink(SafeFileHandle file, long start) : IByteSink, IDisposable
{
    private const int BufferSize = 512 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private long _written = start;
    private int _length;

    /// <summary>Where the next byte goes.</summary>
    public long Position => _written + _length;

    /// <summary>How far the file was written to, also what was gone back over.</summary>
    public long Highest { get; private set; } = start;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
            Flush();
        if (bytes.Length >= _buffer.Length)
        {
            WriteThrough(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Flush()
    {
        WriteThrough(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    /// <summary>Forgets what was written from a place on.</summary>
    public void GoBack(long position)
    {
        if (position >= _written)
        {
            _length = (int)(position - _written);
            return;
        }

        _written = position;
        _length = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void WriteThrough(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        // part of it may be there when this fails
        Highest = Math.Max(Highest, _written + bytes.Length);
        RandomAccess.Write(file, bytes, _written);
        _written += bytes.Length;
    }
}
