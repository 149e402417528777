using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MailStore.LiteDb.Storage;

/// <summary>
/// What has been committed to the data file, but may not be durable there yet. A header with a random number, then a frame a commit: magic,
/// count, that many pages with their positions, and a SHA-256 over the frame and the hash before it. The chain of hashes ends the journal at the
/// first frame that is torn, left from an earlier round, or never reached the disk.
/// </summary>
internal sealed class Journal(IBlockFile file)
{
    public const int HeaderSize = 64;

    private const int NonceSize = 16;
    private const int FrameHeaderSize = 8;
    private const int EntrySize = sizeof(long) + DatabasePage.Size;
    private const uint FrameMagic = 0x464A534D;

    private byte[] _chain = [];
    private long _end;

    private static ReadOnlySpan<byte> Magic => "MailStore jrnl 1"u8;

    /// <summary>How much it holds, its header included.</summary>
    public long Length => _end;

    /// <summary>The process that wrote the header of a journal, or null if there is none.</summary>
    public static int? ReadOwner(ReadOnlySpan<byte> header) =>
        header.Length == HeaderSize && header.StartsWith(Magic) ? BinaryPrimitives.ReadInt32LittleEndian(header[(Magic.Length + NonceSize)..]) : null;

    /// <summary>Writes all commits of an earlier process into the data file again. Does not sync it.</summary>
    /// <returns>How many commits.</returns>
    public int ReplayTo(IBlockFile data)
    {
        var header = new byte[HeaderSize];
        if (file.Read(0, header) < HeaderSize || !header.AsSpan().StartsWith(Magic))
            return 0;

        var commits = 0;
        var position = (long)HeaderSize;
        var chain = SHA256.HashData(header);
        while (ReadFrame(position, chain) is { } frame)
        {
            var end = frame.Length - SHA256.HashSizeInBytes;
            for (var at = FrameHeaderSize; at < end; at += EntrySize)
                data.Write(BinaryPrimitives.ReadInt64LittleEndian(frame.AsSpan(at)), frame.AsSpan(at + sizeof(long), DatabasePage.Size));
            chain = frame[end..];
            position += frame.Length;
            commits++;
        }

        return commits;
    }

    /// <summary>Starts a new round. Only when all that it holds is durable in the data file.</summary>
    public void Reset()
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        RandomNumberGenerator.Fill(header.AsSpan(Magic.Length, NonceSize));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(Magic.Length + NonceSize), Environment.ProcessId);
        file.SetLength(0);
        file.Write(0, header);
        file.Sync();
        _chain = SHA256.HashData(header);
        _end = HeaderSize;
    }

    /// <summary>Adds a commit; it is durable when this returns.</summary>
    public void Append(IReadOnlyCollection<KeyValuePair<long, byte[]>> pages)
    {
        var size = FrameHeaderSize + pages.Count * EntrySize + SHA256.HashSizeInBytes;
        var rented = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            var frame = rented.AsSpan(0, size);
            BinaryPrimitives.WriteUInt32LittleEndian(frame, FrameMagic);
            BinaryPrimitives.WriteInt32LittleEndian(frame[sizeof(uint)..], pages.Count);
            var at = FrameHeaderSize;
            foreach (var (position, page) in pages)
            {
                BinaryPrimitives.WriteInt64LittleEndian(frame[at..], position);
                page.CopyTo(frame[(at + sizeof(long))..]);
                at += EntrySize;
            }

            var chain = Hash(_chain, frame[..at]);
            chain.CopyTo(frame[at..]);
            file.Write(_end, frame);
            file.Sync();
            _chain = chain;
            _end += size;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static byte[] Hash(byte[] chain, ReadOnlySpan<byte> frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(chain);
        hash.AppendData(frame);
        return hash.GetHashAndReset();
    }

    private byte[]? ReadFrame(long position, byte[] chain)
    {
        Span<byte> header = stackalloc byte[FrameHeaderSize];
        if (file.Read(position, header) < FrameHeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(header) != FrameMagic)
            return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(header[sizeof(uint)..]);
        var size = FrameHeaderSize + (long)count * EntrySize + SHA256.HashSizeInBytes;
        if (count <= 0 || size > file.Length - position)
            return null;

        var frame = new byte[size];
        var end = frame.Length - SHA256.HashSizeInBytes;
        return file.Read(position, frame) == size && Hash(chain, frame.AsSpan(0, end)).AsSpan().SequenceEqual(frame.AsSpan(end)) ? frame : null;
    }
}
