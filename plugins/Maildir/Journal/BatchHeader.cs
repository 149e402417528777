using System.Buffers.Binary;

namespace MailStore.Maildir.Journal;

/// <summary>What stands before the records of mails that were made durable together: all of them count, or none.</summary>
/// <param name="Key">Of the file, see <see cref="JournalHeader.Key"/>.</param>
/// <param name="Number">One more than the last.</param>
/// <param name="Count">Of its records.</param>
/// <param name="BodyLength">Of all of them, in bytes.</param>
internal readonly record struct BatchHeader(ulong Key, long Number, int Count, int BodyLength)
{
    public const int Length = 40;

    /// <summary>Batches begin at its multiples, so that no write touches a block that holds what was acknowledged before.</summary>
    public const int Block = 4096;

    private const ulong Magic = 0x31484354424D53; // MSBTCH1

    /// <summary>What a batch takes in the file.</summary>
    public static int SpaceOf(int bodyLength) => (Length + bodyLength + Block - 1) / Block * Block;

    /// <summary>What the checksums of its records are masked with: one that an earlier batch left at the same place is none of this one's.</summary>
    public uint Mask
    {
        get
        {
            Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Key);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[sizeof(ulong)..], Number);
            return Checksum.Of(bytes);
        }
    }

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Key);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Number);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], BodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], Checksum.Of(target[..32]));
        target[36..Length].Clear();
    }

    public static BatchHeader? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < Length || BinaryPrimitives.ReadUInt64LittleEndian(source) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(source[32..]) != Checksum.Of(source[..32]))
            return null;
        return new BatchHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]));
    }
}
