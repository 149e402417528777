using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Journal;

/// <summary>
/// The files in the folder of a journal. They are written out in full before they are used (<see cref="TryLayOut"/>): what is written later changes no metadata, and so costs no commit of the
/// file system's own journal.
/// </summary>
internal sealed class JournalDisk : IJournalDisk
{
    public const long DefaultCapacity = 64 << 20;

    private const string MarkerName = "marker";
    private const int Piece = 1 << 20;

    private static readonly string[] Names = ["0", "1"];

    private readonly Descriptor _folder;
    private readonly Descriptor _marker;
    private readonly Descriptor[] _files;

    private JournalDisk(Descriptor folder, Descriptor marker, Descriptor[] files, long capacity)
    {
        (_folder, _marker, _files, Capacity) = (folder, marker, files, capacity);
        Marker = FileIdentity.Of(marker);
    }

    public long Capacity { get; }

    public FileIdentity Marker { get; }

    public string Path => _folder.Path;

    /// <summary>Whether all files have their full length: only then they hold, or ever held, mails.</summary>
    public bool IsLaidOut => Array.TrueForAll(_files, file => FileStatus.Of(file).Size >= Capacity);

    /// <summary>Of the file system.</summary>
    public (uint Major, uint Minor) Device => FileStatus.Of(_folder).Device;

    /// <summary>Opens the files, and makes those that are missing.</summary>
    /// <param name="path">Of the folder, which exists.</param>
    /// <returns>Null if another process has them open.</returns>
    public static JournalDisk? TryOpen(string path, long capacity = DefaultCapacity)
    {
        var open = new List<Descriptor>();
        JournalDisk? disk = null;
        try
        {
            var folder = Add(Posix.OpenDirectory(path));
            var isNew = FileStatus.TryGet(folder, MarkerName) is null;
            var marker = Add(Posix.OpenOrCreateFile(folder, MarkerName, Modes.File));
            if (!Posix.TryLock(marker))
                return null;
            if (isNew)
                Posix.SetModified(marker, DateTimeOffset.UnixEpoch);
            Descriptor[] files = [.. Names.Select(name => Add(Posix.OpenOrCreateFile(folder, name, Modes.File)))];
            Posix.Sync(marker);
            Posix.Sync(folder);
            return disk = new JournalDisk(folder, marker, files, capacity);
        }
        finally
        {
            if (disk is null)
                open.ForEach(descriptor => descriptor.Dispose());
        }

        Descriptor Add(Descriptor descriptor)
        {
            open.Add(descriptor);
            return descriptor;
        }
    }

    /// <summary>Writes the files out in full, while others may be at work on the same disk.</summary>
    /// <returns>Why it cannot be; null if it is done.</returns>
    /// <exception cref="OperationCanceledException">It was given up; another call goes on.</exception>
    /// <exception cref="PosixException">The disk fails.</exception>
    public string? TryLayOut(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var file in _files)
                LayOut(file, Capacity, cancellationToken);
            Posix.Sync(_marker);
            return null;
        }
        catch (PosixException e) when (e.Errno.IsFull())
        {
            return e.Message;
        }
    }

    /// <summary>Removes the files of a journal that holds nothing.</summary>
    public void Remove()
    {
        foreach (var name in Names)
            Posix.Unlink(_folder, name);
        Posix.Unlink(_folder, MarkerName);
        Posix.Sync(_folder);
    }

    public int Read(int file, Span<byte> bytes, long position) => FileContent.Read(_files[file], bytes, position);

    public void Write(int file, ReadOnlySpan<byte> bytes, long position) => FileContent.Write(_files[file], bytes, position);

    public void Sync(int file) => Posix.SyncData(_files[file]);

    // the cheapest change of metadata that there is, and one that no mount option puts off
    public void Mark(long batch) => Posix.SetModified(_marker, DateTimeOffset.UnixEpoch.AddTicks(batch * TimeSpan.TicksPerMicrosecond));

    public long ReadMark() => (FileStatus.Of(_marker).Modified - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public void SyncMails()
    {
        Posix.SyncFileSystem(_folder);
        // A file system that has become read-only after an error of its own syncs nothing and says that all is well (sync_filesystem(), fs/sync.c). A change of metadata that is
        // to be made durable is refused by it: then the journal must keep what it holds.
        Posix.SetMode(_marker, Modes.File);
        Posix.Sync(_marker);
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
        // not by the close alone: a process that is being started has a copy of the descriptor until it runs a program
        Posix.Unlock(_marker);
        _marker.Dispose();
        _folder.Dispose();
    }

    private static void LayOut(Descriptor file, long capacity, CancellationToken cancellationToken)
    {
        var zeros = new byte[Piece];
        for (var position = FileStatus.Of(file).Size; position < capacity; position += Piece)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileContent.Write(file, zeros.AsSpan(0, (int)Math.Min(Piece, capacity - position)), position);
            // piece by piece: a sync of all at once would keep others waiting for as long
            Posix.SyncData(file);
        }

        Posix.Sync(file);
    }
}
