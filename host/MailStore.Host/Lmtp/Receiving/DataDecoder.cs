using System.Buffers;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Takes the data of a mail off the wire, in one pass and whatever its split into pieces: finds its end, takes off the stuffed dots, keeps CR LF as LF.
/// </summary>
/// <remarks>
/// RFC 5321, 4.5.2 (transparency) and 4.1.1.4: a line starts at the start of the data and after CR LF, and nowhere else; only a line of nothing
/// but a dot, ended by CR LF, ends the data. A bare CR or LF is content: whoever takes it for a line end can be made to see a second mail in the first
/// (SMTP smuggling). Nothing is refused: NULs, 8-bit bytes and lines of any length are content too.
/// A mutable struct: keep it in a field or local, never in a copy.
/// </remarks>
internal struct DataDecoder
{
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    private State _state;

    private enum State : byte
    {
        /// <summary>Also the state before the first byte.</summary>
        LineStart,
        Text,

        /// <summary>A CR that is not written yet: a LF after it makes it a line end.</summary>
        TextCr,

        /// <summary>A dot at the start of a line: stuffed, or half of the end. Never written.</summary>
        Dot,

        /// <summary>Such a dot, then a CR that is not written yet.</summary>
        DotCr,
        End,
    }

    /// <summary>Whether the end of the data was seen.</summary>
    public readonly bool IsComplete => _state == State.End;

    /// <summary>The size so far as RFC 1870, section 3, counts it: line ends as they came, without stuffed dots and without the end.</summary>
    public long Size { get; private set; }

    /// <summary>Decodes a piece.</summary>
    /// <returns>How far the piece was read: to its end, or to the end of the data.</returns>
    public SequencePosition Decode(in ReadOnlySequence<byte> input, IBufferWriter<byte> content)
    {
        var consumed = 0L;
        foreach (var segment in input)
        {
            var rest = segment.Span;
            while (!rest.IsEmpty && !IsComplete)
            {
                var output = content.GetSpan(2);
                // one byte more than is read: the CR that the last piece ended with
                var count = Decode(rest[..Math.Min(rest.Length, output.Length - 1)], output, out var written);
                content.Advance(written);
                rest = rest[count..];
                consumed += count;
            }
        }

        return input.GetPosition(consumed);
    }

    /// <summary>Decodes a piece. The output is at least one byte longer than the input.</summary>
    /// <returns>How many bytes of the input were read: all, or those up to the end of the data.</returns>
    public int Decode(ReadOnlySpan<byte> input, Span<byte> output, out int written)
    {
        var read = 0;
        var wrote = 0;
        var collapsed = 0;
        while (read < input.Length && _state != State.End)
        {
            var next = input[read];
            switch (_state)
            {
                case State.LineStart:
                    _state = next == (byte)'.' ? State.Dot : State.Text;
                    read += next == (byte)'.' ? 1 : 0;
                    break;
                case State.Text:
                    var rest = input[read..];
                    var cr = rest.IndexOf(Cr);
                    var text = cr < 0 ? rest : rest[..cr];
                    text.CopyTo(output[wrote..]);
                    wrote += text.Length;
                    read += text.Length;
                    if (cr < 0)
                        break;
                    read++;
                    _state = State.TextCr;
                    break;
                case State.TextCr when next == Lf:
                    output[wrote++] = Lf;
                    read++;
                    collapsed++;
                    _state = State.LineStart;
                    break;
                case State.Dot:
                    _state = next == Cr ? State.DotCr : State.Text;
                    read += next == Cr ? 1 : 0;
                    break;
                case State.DotCr when next == Lf:
                    read++;
                    _state = State.End;
                    break;
                default:
                    // a bare CR; what follows may be the next one
                    output[wrote++] = Cr;
                    _state = State.Text;
                    break;
            }
        }

        Size += wrote + collapsed;
        written = wrote;
        return read;
    }
}
