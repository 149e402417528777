using System.Buffers;

namespace MailStore.Host.Lmtp;

/// <summary>Where the rest of a mail goes that is refused: its end must be found all the same.</summary>
internal sealed class DiscardingWriter : IBufferWriter<byte>
{
    private readonly byte[] _scratch = new byte[4096];

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _scratch;

    public Span<byte> GetSpan(int sizeHint = 0) => _scratch;
}
