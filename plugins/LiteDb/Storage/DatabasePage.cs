using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MailStore.LiteDb.Storage;

/// <summary>
/// The outside of a page of LiteDB's file format, version 8. Each page starts with its number (4 bytes). The transaction's number at 14 serves
/// only in LiteDB's log; in the data file LiteDB fills it with ones and never reads it. It holds a checksum of the page here, which
/// LiteDB does not keep of its own, and without which a damaged index could pass for "no such user".
/// </summary>
internal static class DatabasePage
{
    public const int Size = 8192;

    private const int TransactionOffset = 14;
    private const int InfoOffset = 32;
    private const int LastPageOffset = 64;
    private const uint NoChecksum = uint.MaxValue;

    private static ReadOnlySpan<byte> Info => "** This is a LiteDB file **"u8;

    /// <summary>Puts the checksum into a page that is about to be written.</summary>
    public static void Seal(Span<byte> page) => BinaryPrimitives.WriteUInt32LittleEndian(page[TransactionOffset..], Checksum(page));

    /// <summary>Checks a page that was read, and gives it back to LiteDB as LiteDB had written it.</summary>
    /// <exception cref="DamagedDatabaseException">It is not the page that was written there.</exception>
    public static void Unseal(Span<byte> page, long position)
    {
        Check(page, position);
        BinaryPrimitives.WriteUInt32LittleEndian(page[TransactionOffset..], NoChecksum);
    }

    /// <summary>Checks a page that was read.</summary>
    /// <exception cref="DamagedDatabaseException">It is not the page that was written there.</exception>
    public static void Check(ReadOnlySpan<byte> page, long position)
    {
        var number = position / Size;
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(page[TransactionOffset..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(page) != number)
            throw new DamagedDatabaseException($"page {number} (at byte {position}) is not what was written there");

        // LiteDB's own tools write ones; whoever mended the file with them may go on.
        if (stored != NoChecksum && stored != Checksum(page))
            throw new DamagedDatabaseException($"page {number} (at byte {position}) has a wrong checksum");
    }

    /// <summary>Whether this is the first page of a LiteDB 5 database.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> page) => page.Slice(InfoOffset, Info.Length).SequenceEqual(Info);

    /// <summary>How long the file must be by the word of its first page.</summary>
    public static long ExpectedLength(ReadOnlySpan<byte> header) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(header[LastPageOffset..]) + 1L) * Size;

    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        // CRC-32C over the page with the checksum's place left out
        var crc = uint.MaxValue;
        foreach (var b in page[..TransactionOffset])
            crc = BitOperations.Crc32C(crc, b);
        foreach (var b in page[(TransactionOffset + sizeof(uint))..24])
            crc = BitOperations.Crc32C(crc, b);
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(page[24..]))
            crc = BitOperations.Crc32C(crc, word);
        return ~crc;
    }
}
