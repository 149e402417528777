namespace MailStore.LiteDb.Storage;

/// <summary>
/// A file as a journaled database sees it. Written data is durable only after <see cref="Sync"/>; before it, a power cut may lose any part of it.
/// Tests put faults and power cuts behind this.
/// </summary>
internal interface IBlockFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns the number of bytes.</summary>
    int Read(long position, Span<byte> buffer);

    void Write(long position, ReadOnlySpan<byte> data);

    void SetLength(long length);

    /// <summary>Makes all that was written durable (fsync).</summary>
    void Sync();
}
