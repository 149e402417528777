using System.Buffers;

namespace MailStore.Mbox.Format;

/// <summary>Counts bytes, and holds them as long as they are few.</summary>
internal sealed class HeldBytes(int limit) : IByteSink
{
    private ArrayBufferWriter<byte>? _bytes = new(1024);

    public long Count { get; private set; }

    /// <summary>All of them; null if they were too many.</summary>
    public ReadOnlyMemory<byte>? Bytes => _bytes?.WrittenMemory;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Count += bytes.Length;
        if (Count > limit)
            _bytes = null;
        _bytes?.Write(bytes);
    }
}
