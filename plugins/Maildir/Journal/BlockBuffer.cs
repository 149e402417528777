using System.Runtime.InteropServices;

namespace MailStore.Maildir.Journal;

/// <summary>Memory outside of the heap for what is written, in whole blocks, grown as needed. Used by one thread at a time.</summary>
internal sealed unsafe class BlockBuffer
{
    private void* _memory;
    private int _length;

    ~BlockBuffer() => NativeMemory.AlignedFree(_memory);

    /// <summary>So many bytes, of which nobody knows what is in them.</summary>
    public Span<byte> Take(int length)
    {
        if (length > _length)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _length = 0;
            _memory = NativeMemory.AlignedAlloc((nuint)length, BatchHeader.Block);
            _length = length;
        }

        return new Span<byte>(_memory, length);
    }
}
