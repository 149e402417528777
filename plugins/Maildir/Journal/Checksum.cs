using System.Buffers.Binary;
using System.Numerics;

namespace MailStore.Maildir.Journal;

/// <summary>CRC-32C, as the processor computes it.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes, uint soFar = 0)
    {
        var crc = ~soFar;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
