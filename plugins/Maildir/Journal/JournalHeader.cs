using System.Buffers.Binary;

namespace MailStore.Maildir.Journal;

/// <summary>The first block of a file of the journal. Writing it anew empties the file.</summary>
/// <param name="Order">The higher one of two files was begun later.</param>
/// <param name="Key">
/// Random, and in each batch of the file: what an earlier life of the file left counts no more. Nobody knows it before, so no mail can be written that looks like a batch.
/// </param>
/// <param name="FirstBatch">No batch of the file has a lower number.</param>
/// <param name="Marker">The file that tells how far the file system is; see <see cref="IJournalDisk.Mark"/>.</param>
internal sealed record JournalHeader(long Order, ulong Key, long FirstBatch, FileIdentity Marker)
{
    private const ulong Magic = 0x314C4E524A534D; // MSJRNL1
    private const int Length = 48;

    /// <param name="block">A whole block, which is zero.</param>
    public void Write(Span<byte> block)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(block, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(block[8..], Order);
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], Key);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], FirstBatch);
        BinaryPrimitives.WriteUInt64LittleEndian(block[32..], Marker.Inode);
        BinaryPrimitives.WriteUInt32LittleEndian(block[40..], Marker.Generation);
        BinaryPrimitives.WriteUInt32LittleEndian(block[44..], Checksum.Of(block[..44]));
    }

    /// <returns>Null where there is none: the file is new, or the power went while the header was written, when the file was empty.</returns>
    public static JournalHeader? Read(ReadOnlySpan<byte> block)
    {
        if (block.Length < Length || BinaryPrimitives.ReadUInt64LittleEndian(block) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(block[44..]) != Checksum.Of(block[..44]))
            return null;
        return new JournalHeader(
            BinaryPrimitives.ReadInt64LittleEndian(block[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(block[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(block[24..]),
            new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(block[32..]), BinaryPrimitives.ReadUInt32LittleEndian(block[40..])));
    }
}
