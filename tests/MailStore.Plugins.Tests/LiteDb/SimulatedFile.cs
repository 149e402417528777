using MailStore.LiteDb.Storage;

namespace MailStore.Plugins.Tests.LiteDb;

/// <summary>The disk under some simulated files: it counts operations, and fails or loses its power when it is told to.</summary>
internal sealed class SimulatedDisk
{
    private int _operations;

    /// <summary>From which operation on nothing reaches the disk any more.</summary>
    public int PowerFailsAt { get; set; } = int.MaxValue;

    /// <summary>Thrown by each write while it is set.</summary>
    public IOException? WriteFault { get; set; }

    /// <summary>Thrown by each sync while it is set.</summary>
    public IOException? SyncFault { get; set; }

    /// <summary>How many syncs there were.</summary>
    public int Syncs { get; set; }

    /// <summary>How many of the next syncs fail; what was written stays with the file.</summary>
    public int SyncFaults { get; set; }

    public int Operations => Volatile.Read(ref _operations);

    public void Count()
    {
        if (Interlocked.Increment(ref _operations) >= PowerFailsAt)
            throw new IOException("the power is gone");
    }
}

/// <summary>A file in memory that knows what was synced and what a power cut may take.</summary>
internal sealed class SimulatedFile(SimulatedDisk disk, byte[] durable) : IBlockFile
{
    private const int Sector = 512;

    private readonly List<(long Position, byte[]? Data)> _unsynced = [];
    private byte[] _content = [.. durable];
    private byte[] _durable = durable;

    public long Length => _content.Length;

    public int Read(long position, Span<byte> buffer)
    {
        disk.Count();
        var available = (int)Math.Clamp(_content.Length - position, 0, buffer.Length);
        _content.AsSpan((int)Math.Min(position, _content.Length), available).CopyTo(buffer);
        return available;
    }

    public void Write(long position, ReadOnlySpan<byte> data)
    {
        disk.Count();
        if (disk.WriteFault is { } fault)
            throw fault;
        _unsynced.Add((position, data.ToArray()));
        _content = Apply(_content, position, data.ToArray());
    }

    public void SetLength(long length)
    {
        disk.Count();
        _unsynced.Add((length, null));
        _content = Apply(_content, length, null);
    }

    public void Sync()
    {
        disk.Count();
        if (disk.SyncFault is { } fault)
            throw fault;
        if (disk.SyncFaults > 0)
        {
            disk.SyncFaults--;
            throw new IOException("Input/output error", 5);
        }

        disk.Syncs++;
        _unsynced.Clear();
        _durable = [.. _content];
    }

    public void Dispose()
    {
    }

    /// <summary>What may stand on the disk after the power was cut: all that was synced, and any sectors of what was not.</summary>
    public byte[] AfterPowerCut(Random random)
    {
        var image = (byte[])_durable.Clone();
        foreach (var (position, data) in _unsynced)
        {
            if (data is null)
            {
                // A truncation is a matter of the file system's journal: it comes in order, or everything after it is lost.
                if (random.Next(2) == 0)
                    return image;
                image = Apply(image, position, null);
                continue;
            }

            var luck = random.NextDouble();
            for (var at = 0; at < data.Length; at += Sector)
            {
                if (random.NextDouble() < luck)
                    image = Apply(image, position + at, data[at..Math.Min(data.Length, at + Sector)]);
            }
        }

        return image;
    }

    private static byte[] Apply(byte[] content, long position, byte[]? data)
    {
        if (data is null)
        {
            Array.Resize(ref content, (int)position);
            return content;
        }

        if (content.Length < position + data.Length)
            Array.Resize(ref content, (int)position + data.Length);
        data.CopyTo(content, position);
        return content;
    }
}
