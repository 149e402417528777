using System.Buffers;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Format;
using MailStore.Mbox.Locks;
using MailStore.Sdk;

namespace MailStore.Mbox.Reading;

/// <summary>
/// Reads a mail piece by piece, each with the file locked, and free for others in between. Where the mail is somewhere else by then, since another program has rewritten the file, it is
/// looked for again.
/// </summary>
internal sealed class MailStream : Stream
{
    private const int PieceSize = 1024 * 1024;

    private readonly Box _box;
    private readonly Whereabouts _whereabouts;
    private readonly MailId _id;
    private readonly Piece _piece = new();
    private MailEntry _entry;
    private MailText _text;
    private long _at;
    private long _left;

    private MailStream(Box box, Whereabouts whereabouts, MailId id, MailEntry entry)
    {
        _box = box;
        _whereabouts = whereabouts;
        _id = id;
        _entry = entry;
        _text = new MailText(isQuoting: false, null, _piece);
        _at = entry.Head.Content;
        _left = entry.Size;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a mail; null if there is none of this id.</summary>
    public static async Task<Stream?> OpenAsync(Box box, Whereabouts whereabouts, MailId id, CancellationToken cancellationToken) => await box.UseAsync(
        isShared: true,
        (file, known) =>
        {
            if (file is null)
                return null;
            var end = known is null ? TailCheck.Find(file.Handle, file.Status.Size).End : file.Status.Size;
            if (whereabouts.Find(file, id, end) is not { } entry)
                return null;
            var stream = new MailStream(box, whereabouts, id, entry);
            using var window = new FileWindow(file.Handle);
            stream.ReadPiece(window);
            return stream;
        },
        cancellationToken);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left > 0 && _piece.IsEmpty && !buffer.IsEmpty)
            await _box.UseAsync(isShared: true, (file, _) => Continue(file), cancellationToken);
        var count = _piece.Read(buffer.Span[..(int)Math.Min(buffer.Length, _left)]);
        _left -= count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // a worker answers, never the caller's own thread
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool Continue(LockedFile? file)
    {
        if (file is null)
            throw Gone();
        using var window = new FileWindow(file.Handle);
        if (MailHead.Read(window, _entry.Head.Start, file.Status.Size) is not { } head || head != _entry.Head || MailFinder.EndOf(window, head, file.Status.Size) != _entry.End)
            MoveTo(_whereabouts.Find(file, _id, file.Status.Size) ?? throw Gone());
        ReadPiece(window);
        return true;
    }

    private void MoveTo(MailEntry entry)
    {
        if (entry.Size != _entry.Size)
            throw Gone();
        _piece.Skip(_entry.Size - _left);
        _entry = entry;
        _text = new MailText(isQuoting: false, null, _piece);
        _at = entry.Head.Content;
    }

    private void ReadPiece(FileWindow file)
    {
        _piece.Clear();
        while (_piece.Length < Math.Min(PieceSize, _left) && _at < _entry.End)
        {
            var stop = Math.Min(_at + PieceSize, _entry.End);
            MailPart.CopyPiece(file, _at, stop, _text);
            _at = stop;
        }

        if (_at == _entry.End)
            _text.Complete();
        if (_piece.IsEmpty && _left > 0)
            throw Gone();
    }

    private TemporaryFailureException Gone() => new($"the mail '{_id}' was removed or changed while it was read");

    /// <summary>What was read from the file and not yet taken.</summary>
    private sealed class Piece : IByteSink
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private int _read;
        private long _skip;

        public long Length => _bytes.WrittenCount;

        public bool IsEmpty => _read == _bytes.WrittenCount;

        public void Skip(long count) => _skip = count;

        public void Clear()
        {
            _bytes.ResetWrittenCount();
            _read = 0;
        }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            var skipped = (int)Math.Min(_skip, bytes.Length);
            _skip -= skipped;
            _bytes.Write(bytes[skipped..]);
        }

        public int Read(Span<byte> target)
        {
            var count = Math.Min(target.Length, _bytes.WrittenCount - _read);
            _bytes.WrittenSpan.Slice(_read, count).CopyTo(target);
            _read += count;
            return count;
        }
    }
}
