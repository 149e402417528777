using System.Buffers;

namespace MailStore.Sdk.Conformance;

/// <summary>
/// The content of one delivery. When that is over its memory is overwritten, as a host's pooled memory is, and whoever still reads is noted.
/// </summary>
internal sealed class ProbeContent : MailContent
{
    private const int PieceLength = 100;

    private readonly Letter _letter;
    private readonly byte[]? _memory;
    private int _reads;
    private int _openStreams;
    private int _lateReads;

    public ProbeContent(Letter letter)
    {
        _letter = letter;
        _memory = letter.Form == ContentForm.Stream ? null : letter.ToContent();
    }

    public override long Length => _letter.Length;

    public override long LineFeeds
    {
        get
        {
            if (_letter.Length == 0)
                return 0;
            var (repeats, rest) = Math.DivRem(_letter.Length, _letter.Pattern.Length);
            return (repeats * _letter.Pattern.AsSpan().Count((byte)'\n')) + _letter.Pattern.AsSpan(0, (int)rest).Count((byte)'\n');
        }
    }

    public bool IsClosed { get; private set; }

    /// <summary>How many streams were opened and not disposed.</summary>
    public int OpenStreams => Volatile.Read(ref _openStreams);

    /// <summary>How often it was read when the delivery was over.</summary>
    public int LateReads => Volatile.Read(ref _lateReads);

    public override Stream OpenRead()
    {
        NoteLate();
        Interlocked.Increment(ref _openStreams);
        return new ProbeStream(this, _letter);
    }

    public override bool TryGetSequence(out ReadOnlySequence<byte> content)
    {
        NoteLate();
        content = _memory is null ? default : _letter.Form == ContentForm.Memory ? new ReadOnlySequence<byte>(_memory) : Cut(_memory);
        return _memory is not null;
    }

    public void NoteRead()
    {
        NoteLate();
        _letter.OnRead?.Invoke(Interlocked.Increment(ref _reads));
    }

    public void NoteDisposed() => Interlocked.Decrement(ref _openStreams);

    /// <summary>The delivery is over.</summary>
    public void Close()
    {
        IsClosed = true;
        _memory?.AsSpan().Fill((byte)'#');
    }

    private void NoteLate()
    {
        if (IsClosed)
            Interlocked.Increment(ref _lateReads);
    }

    private static ReadOnlySequence<byte> Cut(byte[] memory)
    {
        var first = new Piece(default, null);
        var last = first;
        for (var at = 0; at < memory.Length; at += PieceLength)
        {
            last = new Piece(memory.AsMemory(at, Math.Min(PieceLength, memory.Length - at)), last);
            if (at % 3 == 0)
                last = new Piece(default, last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? previous)
        {
            Memory = bytes;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
