using System.Buffers;

namespace MailStore.Host.Delivery;

/// <summary>One link of the sequence that a <see cref="MailBuffer"/> is.</summary>
internal sealed class BufferSegment : ReadOnlySequenceSegment<byte>
{
    public BufferSegment(ReadOnlyMemory<byte> memory, BufferSegment? previous)
    {
        Memory = memory;
        if (previous is null)
            return;
        RunningIndex = previous.RunningIndex + previous.Memory.Length;
        previous.Next = this;
    }
}
