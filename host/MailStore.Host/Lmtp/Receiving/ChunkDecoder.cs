using System.Buffers;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Takes chunks of a mail (RFC 3030, 2) off the wire, whatever their split into pieces: keeps CR LF as LF as <see cref="DataDecoder"/> does, also where a border of
/// chunks is between the two. Dots mean nothing here. A binary mail stays as it is.
/// </summary>
/// <remarks>A mutable struct: keep it in a field or local, never in a copy.</remarks>
internal struct ChunkDecoder(bool isBinary)
{
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    /// <summary>A CR that is not written yet: a LF after it makes it a line end.</summary>
    private bool _owesCr;

    /// <summary>Decodes a piece.</summary>
    public void Decode(in ReadOnlySequence<byte> input, IBufferWriter<byte> content)
    {
        foreach (var segment in input)
        {
            var rest = segment.Span;
            while (!rest.IsEmpty)
            {
                var output = content.GetSpan(2);
                // one byte more than is read: the CR that the last piece ended with
                var count = Math.Min(rest.Length, output.Length - 1);
                content.Advance(Decode(rest[..count], output));
                rest = rest[count..];
            }
        }
    }

    /// <summary>After the last chunk: a CR at its end is content.</summary>
    public void Complete(IBufferWriter<byte> content)
    {
        if (_owesCr)
            content.Write([Cr]);
        _owesCr = false;
    }

    /// <summary>Decodes a piece. The output is at least one byte longer than the input.</summary>
    /// <returns>How many bytes were written.</returns>
    private int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (isBinary)
        {
            input.CopyTo(output);
            return input.Length;
        }

        var wrote = 0;
        while (!input.IsEmpty)
        {
            if (_owesCr && input[0] != Lf)
                output[wrote++] = Cr;
            var cr = input.IndexOf(Cr);
            var text = cr < 0 ? input : input[..cr];
            text.CopyTo(output[wrote..]);
            wrote += text.Length;
            _owesCr = cr >= 0;
            input = cr < 0 ? default : input[(cr + 1)..];
        }

        return wrote;
    }
}
