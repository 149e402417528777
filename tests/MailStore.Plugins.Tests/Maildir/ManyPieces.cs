using System.Buffers;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Content in memory, in pieces.</summary>
internal sealed class ManyPieces(byte[][] pieces) : MailContent
{
    public string Text => string.Concat(pieces.Select(Encoding.ASCII.GetString));

    public override long Length => pieces.Sum(piece => (long)piece.Length);

    public override long LineFeeds => Text.Count(c => c == '\n');

    public override Stream OpenRead() => new MemoryStream(Encoding.ASCII.GetBytes(Text));

    public override bool TryGetSequence(out ReadOnlySequence<byte> content)
    {
        var first = new Piece(pieces[0], null);
        var last = first;
        foreach (var piece in pieces.Skip(1))
            last = new Piece(piece, last);
        content = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        return true;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, Piece? previous)
        {
            Memory = bytes;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
