using System.Buffers.Binary;
using System.Numerics;

namespace MailStore.Mbox.Format;

/// <summary>Counts bytes, and takes the checksum (CRC-32C) of all of them or of the first so many.</summary>
internal sealed class Measure(long limit = long.MaxValue) : IByteSink
{
    private uint _sum = uint.MaxValue;

    /// <summary>All bytes that came.</summary>
    public long Count { get; private set; }

    /// <summary>Whether all bytes behind the first so many were line feeds.</summary>
    public bool RestIsLineFeeds { get; private set; } = true;

    /// <summary>The last byte that the checksum is of; 0 if there is none.</summary>
    public byte Last { get; private set; }

    /// <summary>Of the bytes up to the limit.</summary>
    public uint Checksum => ~_sum;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var counted = bytes[..(int)Math.Clamp(limit - Count, 0, bytes.Length)];
        Count += bytes.Length;
        if (RestIsLineFeeds && bytes[counted.Length..].ContainsAnyExcept((byte)'\n'))
            RestIsLineFeeds = false;
        if (counted.IsEmpty)
            return;
        Last = counted[^1];
        for (; counted.Length >= sizeof(ulong); counted = counted[sizeof(ulong)..])
            _sum = BitOperations.Crc32C(_sum, BinaryPrimitives.ReadUInt64LittleEndian(counted));
        foreach (var b in counted)
            _sum = BitOperations.Crc32C(_sum, b);
    }
}
