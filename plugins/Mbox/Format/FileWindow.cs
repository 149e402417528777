using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Mbox.Format;

/// <summary>
/// Looks at a file through one small buffer, which is used again and again: what is gone through in order is read once, and nothing is held. For as long as the file is locked.
/// </summary>
internal sealed class FileWindow(SafeFileHandle file) : IDisposable
{
    /// <summary>Large enough for some mails as they usually are, and little to read for nothing where mails are large.</summary>
    public const int Size = 32 * 1024;

    private const int Kept = Size / 2;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    private long _start;
    private int _length;

    /// <summary>What stands there; less only where the file ends, and nothing behind its end. Valid until the next look.</summary>
    /// <param name="at">Where.</param>
    /// <param name="count">How much, half of the window's size at most.</param>
    public ReadOnlySpan<byte> Look(long at, int count)
    {
        if (at < _start || at + count > _start + _length)
            Fill(at);
        var from = (int)(at - _start);
        return from < _length ? _buffer.AsSpan(from, Math.Min(count, _length - from)) : [];
    }

    /// <summary>Some of what stands there; nothing only at the end. Valid until the next look.</summary>
    /// <param name="at">Where.</param>
    /// <param name="end">The end.</param>
    /// <param name="least">How much is wanted at least, if there is so much.</param>
    public ReadOnlySpan<byte> LookOn(long at, long end, int least = 1)
    {
        least = (int)Math.Min(least, end - at);
        if (at < _start || at + least > _start + _length)
            Fill(at);
        var from = (int)(at - _start);
        return from < _length ? _buffer.AsSpan(from, (int)Math.Min(_length - from, end - at)) : [];
    }

    /// <summary>Reads beside the window: as much as there is.</summary>
    public int Read(Span<byte> buffer, long at) => MailFinder.ReadFully(file, buffer, at);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    // going on, it keeps some of what was before: a mail is gone through once for its end, and once for what is in it
    private void Fill(long at)
    {
        var end = _start + _length;
        var from = at > _start && at - Kept < end ? Math.Max(_start, at - Kept) : at;
        _length = from < at ? (int)(end - from) : 0;
        _buffer.AsSpan((int)(end - _length - _start), _length).CopyTo(_buffer);
        _start = from;
        _length += MailFinder.ReadFully(file, _buffer.AsSpan(_length, Size - _length), _start + _length);
    }
}
