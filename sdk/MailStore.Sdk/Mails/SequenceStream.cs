using System.Buffers;

namespace MailStore.Sdk;

/// <summary>Reads a sequence in memory.</summary>
internal sealed class SequenceStream(ReadOnlySequence<byte> content) : ReadOnlyStream
{
    private ReadOnlySequence<byte> _rest = content;

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, _rest.Length);
        _rest.Slice(0, count).CopyTo(buffer);
        _rest = _rest.Slice(count);
        return count;
    }
}
