using Microsoft.Win32.SafeHandles;

namespace MailStore.LiteDb.Storage;

/// <summary>A file on disk, readable by its owner alone.</summary>
internal sealed class DiskFile : IBlockFile
{
    private readonly FileStream _stream;
    private readonly SafeFileHandle _handle;

    private DiskFile(FileStream stream)
    {
        _stream = stream;
        _handle = stream.SafeFileHandle;
    }

    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>
    /// Opens a file. <see cref="FileShare.None"/> takes an exclusive flock for as long as the file is open, so that a second process fails here.
    /// </summary>
    public static DiskFile Open(string path, FileMode mode, FileShare share)
    {
        // A stream, since File.OpenHandle takes no mode; only its handle is used.
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (mode is not FileMode.Open)
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new DiskFile(new FileStream(path, options));
    }

    /// <summary>Makes a file that has no name and goes when it is closed, whatever becomes of the process.</summary>
    /// <param name="path">A name that nobody uses, for the moment before it is taken away.</param>
    public static DiskFile CreateNameless(string path)
    {
        var name = $"{path}-{Guid.NewGuid():n}";
        var file = Open(name, FileMode.CreateNew, FileShare.Read | FileShare.Delete);
        File.Delete(name);
        return file;
    }

    /// <summary>The file as a stream from its start; closes it.</summary>
    public Stream ToStream()
    {
        _stream.Position = 0;
        return _stream;
    }

    public int Read(long position, Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length && RandomAccess.Read(_handle, buffer[total..], position + total) is > 0 and var read)
            total += read;
        return total;
    }

    public void Write(long position, ReadOnlySpan<byte> data) => RandomAccess.Write(_handle, data, position);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    /// <summary>Makes durable what was written.</summary>
    /// <exception cref="IOException">It is not; a second try would lie.</exception>
    public void Sync()
    {
        Durable.Sync(_handle, _stream.Name);
        // ext4 that is shut down after a fault may say of an fsync under way that all is well, though it has dropped what was to be written; a read tells
        Span<byte> one = stackalloc byte[1];
        _ = RandomAccess.Read(_handle, one, 0);
    }

    public void Dispose() => _stream.Dispose();
}
